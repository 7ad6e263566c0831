"""The recorded views' sentences in French and Spanish, so that pictures and measures have words of the right length."""

from __future__ import annotations

from tests.unit.kiosk.ui_back_words import BACK_ROWS

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("3 min", "3 min", "3 min"),
    ("Printer ready", "Imprimante prête", "Impresora lista"),
    ("Scanner ready", "Lecteur prêt", "Lector listo"),
    ("Connected", "Connecté", "Conectado"),
    ("Right", "juste", "correcto"),
    ("Closes in 3 h 05 min", "Ferme dans 3 h 05 min", "Cierra en 3 h 05 min"),
    ("Shift 12", "Service 12", "Turno 12"),
    ("Second copy up to date", "Deuxième copie à jour", "Segunda copia al día"),
    ("Drawer closed", "Tiroir fermé", "Cajón cerrado"),
    (
        "A customer asks for help at this kiosk.",
        "Un client demande de l’aide à ce guichet.",
        "Un cliente pide ayuda en este puesto.",
    ),
    ("Please pay the attendant", "Merci de payer au personnel", "Pague al personal, por favor"),
    (
        "Somebody comes to you. Your choice waits here.",
        "Quelqu’un vient vers vous. Votre choix reste ici.",
        "Alguien viene a atenderle. Su elección le espera aquí.",
    ),
    ("On sale", "En vente", "A la venta"),
    ("4,212 numbers left", "Encore 4 212 numéros", "Quedan 4212 números"),
    ("19,870 numbers left", "Encore 19 870 numéros", "Quedan 19.870 números"),
    ("Name", "Nom", "Nombre"),
    ("Mobile phone", "Téléphone mobile", "Teléfono móvil"),
    ("This number is too short.", "Ce numéro est trop court.", "Este número es demasiado corto."),
    ("E-mail", "Adresse électronique", "Correo electrónico"),
    (
        "Is the buyer 18 or older?",
        "L’acheteur a-t-il 18 ans ou plus ?",
        "¿Tiene el comprador 18 años o más?",
    ),
    (
        "Ask for a proof of age if you are not sure. Nobody under 18 may buy these tickets.",
        "Demandez une pièce d’identité en cas de doute. Personne de moins de 18 ans ne peut acheter ces billets.",
        "Pida un documento si tiene dudas. Ningún menor de 18 años puede comprar estos boletos.",
    ),
    ("The quick one", "Le plus rapide", "El más rápido"),
    ("Most popular", "Le plus demandé", "El más pedido"),
    ("Best value tonight", "Le meilleur prix ce soir", "El mejor precio de hoy"),
    ("Share with the whole row", "À partager avec tout le rang", "Para toda la fila"),
    ("For the whole clubhouse", "Pour tout le club", "Para todo el club"),
    ("Cash", "Espèces", "Efectivo"),
    ("Card", "Carte", "Tarjeta"),
    ("Cash and card", "Espèces et carte", "Efectivo y tarjeta"),
    ("Paid $42.00", "$42.00 payés", "Pagado $42.00"),
    ("Card paid $42.00", "$42.00 payés par carte", "Pagado $42.00 con tarjeta"),
    (
        "Paid $20.00 and card $22.00",
        "$20.00 en espèces et $22.00 par carte",
        "$20.00 en efectivo y $22.00 con tarjeta",
    ),
    ("Printing ticket 1 of 2", "Impression du billet 1 sur 2", "Imprimiendo el boleto 1 de 2"),
    (
        "Did the ticket come out whole?",
        "Le billet est-il sorti en entier ?",
        "¿Ha salido entero el boleto?",
    ),
    (
        "Whole: hand it over. Not whole: tear it up and print it again.",
        "Entier : remettez-le. Sinon : déchirez-le et imprimez-le de nouveau.",
        "Entero: entréguelo. Si no: rómpalo e imprímalo otra vez.",
    ),
    (
        "The paper ran out while it printed.",
        "Il n’y avait plus de papier pendant l’impression.",
        "Se acabó el papel durante la impresión.",
    ),
    ("100451 to 100570", "100451 à 100570", "100451 a 100570"),
    ("100451 to 100570, 20317", "100451 à 100570, 20317", "100451 a 100570, 20317"),
    (
        "Half the jackpot: 50 % of sales",
        "La moitié de la cagnotte : 50 % des ventes",
        "La mitad del bote: 50 %",
    ),
    ("50 % of sales", "50 % des ventes", "50 % de las ventas"),
    (
        "Sales open on Saturday, 21 November at 17:00.",
        "Les ventes ouvrent samedi 21 novembre à 17 h 00.",
        "Las ventas abren el sábado 21 de noviembre a las 17:00.",
    ),
    ("Opens at 20:30", "Ouvre à 20 h 30", "Abre a las 20:30"),
    (
        "Sales have not opened yet.",
        "Les ventes ne sont pas encore ouvertes.",
        "Las ventas aún no han abierto.",
    ),
    (
        "Message from the office: close the north gate kiosks at 21:10.",
        "Message du bureau : fermez les guichets de la porte nord à 21 h 10.",
        "Mensaje de la oficina: cierre los puestos de la puerta norte a las 21:10.",
    ),
    ("No change", "Rien à rendre", "Sin cambio"),
    ("Talking to the office.", "Échange avec le bureau.", "Hablando con la oficina."),
    (
        "The paper is nearly used up. Have a new roll at hand.",
        "Il ne reste presque plus de papier. Préparez un rouleau.",
        "Casi no queda papel. Tenga a mano un rollo nuevo.",
    ),
    (
        "The printer is out of paper. Put a new roll in and close the cover.",
        "L’imprimante n’a plus de papier. Mettez un rouleau et fermez le capot.",
        "La impresora no tiene papel. Ponga un rollo nuevo y cierre la tapa.",
    ),
    (
        "The printer is out of paper. Put in a new roll and close the cover.",
        "L’imprimante n’a plus de papier. Mettez un rouleau et fermez le capot.",
        "La impresora no tiene papel. Ponga un rollo nuevo y cierre la tapa.",
    ),
    ("No scanner", "Pas de lecteur", "Sin lector"),
    (
        "Off line: sales go on and are uploaded later",
        "Hors ligne : les ventes continuent et seront envoyées plus tard",
        "Sin conexión: se sigue vendiendo y se envía después",
    ),
    ("3 min slow", "3 min de retard", "3 min de retraso"),
    ("Closes in 9 min", "Ferme dans 9 min", "Cierra en 9 min"),
    ("The ticket did not come out", "Le billet n’est pas sorti", "El boleto no ha salido"),
    ("That is not Maria’s PIN.", "Ce n’est pas le code de Maria.", "Ese no es el PIN de Maria."),
)

WORDS = {
    "fr": {english: french for english, french, _ in (*BACK_ROWS, *_ROWS)},
    "es": {english: spanish for english, _, spanish in (*BACK_ROWS, *_ROWS)},
}
