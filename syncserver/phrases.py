"""The program's own words for every notification, in English, French, Spanish and German."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Each e-mail: its subject and its body, by kind and language. What stands in braces is put in; see `letters`.
MAILS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "checkout_started": {
        "en": (
            "Your tickets for {event} are waiting",
            (
                "{hello}\n\nyou began to buy tickets for {event}, and the payment was not finished. "
                "Nothing was charged.\n\nTickets: {count}\nTotal: {total}\nHeld for you until {until}\n\n"
                "{link}\n\nIf you changed your mind, there is nothing to do."
            ),
        ),
        "fr": (
            "Vos billets pour {event} vous attendent",
            (
                "{hello}\n\nvous avez commencé à acheter des billets pour {event}, et le paiement n’a pas été "
                "terminé. Rien n’a été débité.\n\nBillets : {count}\nTotal : {total}\nRéservés pour vous jusqu’à "
                "{until}\n\n{link}\n\nSi vous avez changé d’avis, il n’y a rien à faire."
            ),
        ),
        "es": (
            "Sus boletos para {event} le esperan",
            (
                "{hello}\n\nEmpezó a comprar boletos para {event} y el pago no se completó. No se ha cobrado "
                "nada.\n\nBoletos: {count}\nTotal: {total}\nReservados para usted hasta las {until}\n\n{link}\n\n"
                "Si ha cambiado de idea, no tiene que hacer nada."
            ),
        ),
        "de": (
            "Ihre Lose für {event} warten auf Sie",
            (
                "{hello}\n\nSie haben begonnen, Lose für {event} zu kaufen, und die Zahlung wurde nicht "
                "abgeschlossen. Es wurde nichts abgebucht.\n\nLose: {count}\nSumme: {total}\nFür Sie zurückgelegt bis "
                "{until}\n\n{link}\n\nWenn Sie es sich anders überlegt haben, brauchen Sie nichts zu tun."
            ),
        ),
    },
    "order_placed": {
        "en": (
            "Your tickets for {event}",
            (
                "{hello}\n\nthank you: your payment of {total} has arrived, and these are your "
                "tickets.\n\n{orders}\n\nPaid in all: {total}\n\n{link}\n\nKeep this message: its link opens "
                "your tickets, and a validation number proves that a ticket is yours.\n\nAll your tickets at "
                "any time: {mine}"
            ),
        ),
        "fr": (
            "Vos billets pour {event}",
            (
                "{hello}\n\nmerci : votre paiement de {total} est arrivé, et voici vos "
                "billets.\n\n{orders}\n\nPayé en tout : {total}\n\n{link}\n\nGardez ce message : son lien "
                "ouvre vos billets, et un numéro de validation prouve qu’un billet est à vous.\n\nTous vos "
                "billets, à tout moment : {mine}"
            ),
        ),
        "es": (
            "Sus boletos para {event}",
            (
                "{hello}\n\nGracias: su pago de {total} ha llegado, y estos son sus "
                "boletos.\n\n{orders}\n\nPagado en total: {total}\n\n{link}\n\nGuarde este mensaje: su enlace "
                "abre sus boletos, y un número de validación demuestra que un boleto es suyo.\n\nTodos sus "
                "boletos, en cualquier momento: {mine}"
            ),
        ),
        "de": (
            "Ihre Lose für {event}",
            (
                "{hello}\n\nvielen Dank: Ihre Zahlung von {total} ist angekommen, und das sind Ihre "
                "Lose.\n\n{orders}\n\nZusammen bezahlt: {total}\n\n{link}\n\nBewahren Sie diese Nachricht "
                "auf: Ihr Link öffnet Ihre Lose, und eine Prüfnummer beweist, dass ein Los Ihnen "
                "gehört.\n\nAlle Ihre Lose, jederzeit: {mine}"
            ),
        ),
    },
    "entered": {
        "en": (
            "You are in: {event}",
            (
                "{hello}\n\nyou have an entry in {event}.\n\nYour numbers: {numbers}\nDraw: "
                "{draw_at}\nSales close: {closes_at}\n\n{link}\n\nGood luck!"
            ),
        ),
        "fr": (
            "Vous participez : {event}",
            (
                "{hello}\n\nvous avez une participation à {event}.\n\nVos numéros : {numbers}\nTirage "
                ": {draw_at}\nFin des ventes : {closes_at}\n\n{link}\n\nBonne chance !"
            ),
        ),
        "es": (
            "Ya participa en {event}",
            (
                "{hello}\n\nTiene una participación en {event}.\n\nSus números: {numbers}\nSorteo: "
                "{draw_at}\nCierre de la venta: {closes_at}\n\n{link}\n\n¡Mucha suerte!"
            ),
        ),
        "de": (
            "Sie sind dabei: {event}",
            (
                "{hello}\n\nSie nehmen an {event} teil.\n\nIhre Nummern: {numbers}\nZiehung: "
                "{draw_at}\nVerkauf bis: {closes_at}\n\n{link}\n\nViel Glück!"
            ),
        ),
    },
    "winner": {
        "en": (
            "Your number {number} has won in {event}",
            (
                "{hello}\n\ngood news: your ticket number {number} has won in {event}.\n\nPrize: {prize}\nAmount: "
                "{amount}\nClaim it by {until}\nWhere: {place}\nQuestions: {contact}\n\n{link}\n\nBring your ticket, or its validation number, to "
                "the claims desk. We never ask for a payment or for bank details by message."
            ),
        ),
        "fr": (
            "Votre numéro {number} a gagné : {event}",
            (
                "{hello}\n\nbonne nouvelle : votre billet numéro {number} a gagné à {event}.\n\nLot : {prize}\n"
                "Montant : {amount}\nÀ réclamer jusqu’au {until}\nOù : {place}\nQuestions : {contact}\n\n{link}\n\nPrésentez votre billet, ou son numéro de "
                "validation, au guichet des lots. Nous ne demandons jamais de paiement ni de coordonnées "
                "bancaires par message."
            ),
        ),
        "es": (
            "Su número {number} ha ganado en {event}",
            (
                "{hello}\n\nBuenas noticias: su boleto número {number} ha ganado en {event}.\n\nPremio: {prize}\n"
                "Importe: {amount}\nReclámelo hasta el {until}\nDónde: {place}\nConsultas: {contact}\n\n{link}\n\nPresente su boleto, o su número de validación, "
                "en el mostrador de premios. Nunca pedimos pagos ni datos bancarios por mensaje."
            ),
        ),
        "de": (
            "Ihre Nummer {number} hat gewonnen: {event}",
            (
                "{hello}\n\neine gute Nachricht: Ihr Los mit der Nummer {number} hat bei {event} gewonnen.\n\n"
                "Preis: {prize}\nBetrag: {amount}\nAbzuholen bis {until}\nWo: {place}\nFragen: {contact}\n\n{link}\n\nBringen Sie Ihr Los, oder seine "
                "Prüfnummer, zur Gewinnausgabe. Wir bitten nie mit einer Nachricht um Geld oder "
                "Bankdaten."
            ),
        ),
    },
    "delivered": {
        "en": (
            "Your prize from {event} was handed over",
            (
                "{hello}\n\nyour prize for number {number} in {event} is marked as handed over.\n\nPrize: {prize}\n"
                "Amount: {amount}\n\n{link}\n\nIf you have not received it, please tell {organisation}."
            ),
        ),
        "fr": (
            "Votre lot de {event} a été remis",
            (
                "{hello}\n\nvotre lot pour le numéro {number} de {event} est marqué comme remis.\n\nLot : {prize}\n"
                "Montant : {amount}\n\n{link}\n\nSi vous ne l’avez pas reçu, dites-le à {organisation}."
            ),
        ),
        "es": (
            "Su premio de {event} fue entregado",
            (
                "{hello}\n\nSu premio por el número {number} de {event} consta como entregado.\n\nPremio: {prize}\n"
                "Importe: {amount}\n\n{link}\n\nSi no lo ha recibido, avise a {organisation}."
            ),
        ),
        "de": (
            "Ihr Preis von {event} wurde übergeben",
            (
                "{hello}\n\nIhr Preis für die Nummer {number} bei {event} ist als übergeben vermerkt.\n\nPreis: "
                "{prize}\nBetrag: {amount}\n\n{link}\n\nWenn Sie ihn nicht erhalten haben, sagen Sie es bitte "
                "{organisation}."
            ),
        ),
    },
    "refunded": {
        "en": (
            "Your refund for {event}",
            (
                "{hello}\n\nyour order for {event} {back}.\n\nAmount: {total}\nHow: {how}\n"
                "Reason: {reason}\n\n{link}\n\nThe numbers {numbers} take no part in the draw any more."
            ),
        ),
        "fr": (
            "Votre remboursement pour {event}",
            (
                "{hello}\n\nvotre commande pour {event} {back}.\n\nMontant : {total}\nComment : {how}\n"
                "Motif : {reason}\n\n{link}\n\nLes numéros {numbers} ne participent plus au tirage."
            ),
        ),
        "es": (
            "Su reembolso de {event}",
            (
                "{hello}\n\nEl importe de su pedido para {event} {back}.\n\nImporte: {total}\nCómo: {how}\n"
                "Motivo: {reason}\n\n{link}\n\nLos números {numbers} ya no participan en el sorteo."
            ),
        ),
        "de": (
            "Ihre Erstattung für {event}",
            (
                "{hello}\n\nder Betrag Ihrer Bestellung für {event} {back}.\n\nBetrag: {total}\nWie: {how}\n"
                "Grund: {reason}\n\n{link}\n\nDie Nummern {numbers} nehmen nicht mehr an der Ziehung teil."
            ),
        ),
    },
    "voided": {
        "en": (
            "Your order for {event} is void",
            (
                "{hello}\n\nyour order for {event} was made void.\n\nNumbers: {numbers}\nReason: {reason}\n\n{link}\n\n"
                "These numbers take no part in the draw any more. If that surprises you, ask {organisation}."
            ),
        ),
        "fr": (
            "Votre commande pour {event} est annulée",
            (
                "{hello}\n\nvotre commande pour {event} a été annulée.\n\nNuméros : {numbers}\nMotif : {reason}\n\n"
                "{link}\n\nCes numéros ne participent plus au tirage. Si cela vous surprend, adressez-vous à {organisation}."
            ),
        ),
        "es": (
            "Su pedido para {event} está anulado",
            (
                "{hello}\n\nSu pedido para {event} ha sido anulado.\n\nNúmeros: {numbers}\nMotivo: {reason}\n\n"
                "{link}\n\nEstos números ya no participan en el sorteo. Si le sorprende, pregunte a {organisation}."
            ),
        ),
        "de": (
            "Ihre Bestellung für {event} ist ungültig",
            (
                "{hello}\n\nIhre Bestellung für {event} wurde für ungültig erklärt.\n\nNummern: {numbers}\n"
                "Grund: {reason}\n\n{link}\n\nDiese Nummern nehmen nicht mehr an der Ziehung teil. Wenn Sie das wundert, "
                "fragen Sie bitte {organisation}."
            ),
        ),
    },
    "cancelled": {
        "en": (
            "{event} is cancelled",
            (
                "{hello}\n\n{event} is cancelled, and there will be no draw.\n\nReason: {reason}\nYou get back: "
                "{total}\nHow: {how}\n\n{link}\n\nWe are sorry."
            ),
        ),
        "fr": (
            "{event} est annulé",
            (
                "{hello}\n\n{event} est annulé, et il n’y aura pas de tirage.\n\nMotif : {reason}\nVous serez "
                "remboursé de : {total}\nComment : {how}\n\n{link}\n\nNous en sommes désolés."
            ),
        ),
        "es": (
            "{event} se ha cancelado",
            (
                "{hello}\n\n{event} se ha cancelado y no habrá sorteo.\n\nMotivo: {reason}\nSe le devuelve: {total}\nCómo: {how}\n\n"
                "{link}\n\nLo sentimos."
            ),
        ),
        "de": (
            "{event} ist abgesagt",
            (
                "{hello}\n\n{event} ist abgesagt; es wird keine Ziehung geben.\n\nGrund: {reason}\nSie erhalten "
                "zurück: {total}\nWie: {how}\n\n{link}\n\nEs tut uns leid."
            ),
        ),
    },
    "verify_email": {
        "en": (
            "Confirm your e-mail address",
            (
                "{hello}\n\nplease confirm that this is your address.\n\n{link}\n\nThe link works until {until}\n\n"
                "If you did not register, do nothing."
            ),
        ),
        "fr": (
            "Confirmez votre adresse e-mail",
            (
                "{hello}\n\nveuillez confirmer que cette adresse est la vôtre.\n\n{link}\n\nLe lien est valable "
                "jusqu’au {until}\n\nSi vous ne vous êtes pas inscrit, ne faites rien."
            ),
        ),
        "es": (
            "Confirme su dirección de correo",
            (
                "{hello}\n\nConfirme que esta es su dirección.\n\n{link}\n\nEl enlace sirve hasta el {until}\n\n"
                "Si no se ha registrado, no haga nada."
            ),
        ),
        "de": (
            "Bestätigen Sie Ihre E-Mail-Adresse",
            (
                "{hello}\n\nbitte bestätigen Sie, dass dies Ihre Adresse ist.\n\n{link}\n\nDer Link gilt bis "
                "{until}\n\nWenn Sie sich nicht angemeldet haben, tun Sie nichts."
            ),
        ),
    },
    "password_reset": {
        "en": (
            "Set a new password",
            (
                "{hello}\n\nsomebody, probably you, asked for a new password.\n\n{link}\n\nThe link works once, until "
                "{until}\n\nIf it was not you, do nothing: your password stays as it is."
            ),
        ),
        "fr": (
            "Choisissez un nouveau mot de passe",
            (
                "{hello}\n\nquelqu’un, sans doute vous, a demandé un nouveau mot de passe.\n\n{link}\n\nLe lien sert une "
                "seule fois, jusqu’au {until}\n\nSi ce n’était pas vous, ne faites rien : votre mot de passe ne change pas."
            ),
        ),
        "es": (
            "Elija una contraseña nueva",
            (
                "{hello}\n\nAlguien, probablemente usted, pidió una contraseña nueva.\n\n{link}\n\nEl enlace sirve una sola "
                "vez, hasta el {until}\n\nSi no fue usted, no haga nada: su contraseña no cambia."
            ),
        ),
        "de": (
            "Neues Passwort festlegen",
            (
                "{hello}\n\njemand, vermutlich Sie, hat ein neues Passwort verlangt.\n\n{link}\n\nDer Link gilt einmal, "
                "bis {until}\n\nWenn Sie es nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist."
            ),
        ),
    },
    "invitation": {
        "en": (
            "{by} invites you to the office of {organisation}",
            (
                "{hello}\n\n{by} invites you to work in the raffle office of {organisation}.\n\nYour role: {role}\n\n"
                "{link}\n\nThe link works once, until {until}"
            ),
        ),
        "fr": (
            "{by} vous invite au bureau de {organisation}",
            (
                "{hello}\n\n{by} vous invite à travailler au bureau de tombola de {organisation}.\n\nVotre rôle : "
                "{role}\n\n{link}\n\nLe lien sert une seule fois, jusqu’au {until}"
            ),
        ),
        "es": (
            "{by} le invita a la oficina de {organisation}",
            (
                "{hello}\n\n{by} le invita a trabajar en la oficina de sorteos de {organisation}.\n\nSu función: {role}\n\n"
                "{link}\n\nEl enlace sirve una sola vez, hasta el {until}"
            ),
        ),
        "de": (
            "{by} lädt Sie ins Büro von {organisation} ein",
            (
                "{hello}\n\n{by} lädt Sie ein, im Tombola-Büro von {organisation} mitzuarbeiten.\n\nIhre Aufgabe: {role}"
                "\n\n{link}\n\nDer Link gilt einmal, bis {until}"
            ),
        ),
    },
    "official_win": {
        "en": (
            "{event}: the result is official",
            "{hello}\n\na draw of {event} is official.\n\n{results}\n\n{link}",
        ),
        "fr": (
            "{event} : le résultat est officiel",
            "{hello}\n\nun tirage de {event} est officiel.\n\n{results}\n\n{link}",
        ),
        "es": (
            "{event}: el resultado es oficial",
            "{hello}\n\nUn sorteo de {event} es oficial.\n\n{results}\n\n{link}",
        ),
        "de": (
            "{event}: Das Ergebnis ist amtlich",
            "{hello}\n\neine Ziehung von {event} ist amtlich.\n\n{results}\n\n{link}",
        ),
    },
    "alarm": {
        "en": ("Alarm: {what}", "{hello}\n\n{what}\n\nEvent: {event}\nWhat to do: {todo}\n\n{link}"),
        "fr": (
            "Alarme : {what}",
            "{hello}\n\n{what}\n\nÉvénement : {event}\nÀ faire : {todo}\n\n{link}",
        ),
        "es": ("Alarma: {what}", "{hello}\n\n{what}\n\nEvento: {event}\nQué hacer: {todo}\n\n{link}"),
        "de": (
            "Alarm: {what}",
            "{hello}\n\n{what}\n\nVeranstaltung: {event}\nWas zu tun ist: {todo}\n\n{link}",
        ),
    },
}

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "checkout_started": {
        "en": "{organisation}: your tickets for {event} wait until {until}. {link}",
        "fr": "{organisation} : vos billets pour {event} vous attendent jusqu’à {until}. {link}",
        "es": "{organisation}: sus boletos para {event} le esperan hasta las {until}. {link}",
        "de": "{organisation}: Ihre Lose für {event} warten bis {until}. {link}",
    },
    "order_placed": {
        "en": "{organisation}: {event}, your numbers {numbers}. Validation number {validation}. {link}",
        "fr": "{organisation} : {event}, vos numéros {numbers}. Numéro de validation {validation}. {link}",
        "es": "{organisation}: {event}, sus números {numbers}. Número de validación {validation}. {link}",
        "de": "{organisation}: {event}, Ihre Nummern {numbers}. Prüfnummer {validation}. {link}",
    },
    "entered": {
        "en": "{organisation}: you are in {event} with {numbers}. Good luck! {link}",
        "fr": "{organisation} : vous participez à {event} avec {numbers}. Bonne chance ! {link}",
        "es": "{organisation}: participa en {event} con {numbers}. ¡Suerte! {link}",
        "de": "{organisation}: Sie sind bei {event} dabei mit {numbers}. Viel Glück! {link}",
    },
    "winner": {
        "en": "{organisation}: your number {number} has won {prize} in {event}. Claim it by {until}. We never ask for money. {link}",
        "fr": "{organisation} : votre numéro {number} a gagné {prize} à {event}. À réclamer jusqu’au {until}. Nous ne demandons jamais d’argent. {link}",
        "es": "{organisation}: su número {number} ha ganado {prize} en {event}. Reclámelo hasta el {until}. Nunca pedimos dinero. {link}",
        "de": "{organisation}: Ihre Nummer {number} hat {prize} bei {event} gewonnen. Abzuholen bis {until}. Wir verlangen nie Geld. {link}",
    },
    "delivered": {
        "en": "{organisation}: your prize {prize} for number {number} in {event} was handed over. {link}",
        "fr": "{organisation} : votre lot {prize} pour le numéro {number} de {event} a été remis. {link}",
        "es": "{organisation}: su premio {prize} por el número {number} de {event} fue entregado. {link}",
        "de": "{organisation}: Ihr Preis {prize} für die Nummer {number} bei {event} wurde übergeben. {link}",
    },
    "refunded": {
        "en": "{organisation}: {total} for {event} {back}. {link}",
        "fr": "{organisation} : votre commande pour {event} {back} : {total}. {link}",
        "es": "{organisation}: el importe de {event}, {total}, {back}. {link}",
        "de": "{organisation}: der Betrag für {event}, {total}, {back}. {link}",
    },
    "voided": {
        "en": "{organisation}: your order for {event} was made void. {reason} {link}",
        "fr": "{organisation} : votre commande pour {event} a été annulée. {reason} {link}",
        "es": "{organisation}: su pedido para {event} ha sido anulado. {reason} {link}",
        "de": "{organisation}: Ihre Bestellung für {event} wurde für ungültig erklärt. {reason} {link}",
    },
    "cancelled": {
        "en": "{organisation}: {event} is cancelled; what you paid comes back. {reason} {link}",
        "fr": "{organisation} : {event} est annulé ; vous serez remboursé. {reason} {link}",
        "es": "{organisation}: {event} se ha cancelado; se le devolverá lo pagado. {reason} {link}",
        "de": "{organisation}: {event} ist abgesagt; was Sie bezahlt haben, kommt zurück. {reason} {link}",
    },
}

HELLO: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("Hello {name},", "Hello,"),
    "fr": ("Bonjour {name},", "Bonjour,"),
    "es": ("Hola, {name}:", "Hola:"),
    "de": ("Guten Tag {name},", "Guten Tag,"),
}
"""How a letter begins, and to somebody whose name is not known."""

RECEIPT: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "draw": "Draw: {at}",
        "closes": "Sales close: {at}",
        "numbers": "Numbers: {numbers}",
        "validation": "Validation number: {number}",
        "more": "And {count} more, which the link below opens.",
    },
    "fr": {
        "draw": "Tirage : {at}",
        "closes": "Fin des ventes : {at}",
        "numbers": "Numéros : {numbers}",
        "validation": "Numéro de validation : {number}",
        "more": "Et {count} de plus, que le lien ci-dessous ouvre.",
    },
    "es": {
        "draw": "Sorteo: {at}",
        "closes": "Cierre de la venta: {at}",
        "numbers": "Números: {numbers}",
        "validation": "Número de validación: {number}",
        "more": "Y {count} más, que abre el enlace de abajo.",
    },
    "de": {
        "draw": "Ziehung: {at}",
        "closes": "Verkauf bis: {at}",
        "numbers": "Nummern: {numbers}",
        "validation": "Prüfnummer: {number}",
        "more": "Und {count} weitere, die der Link unten öffnet.",
    },
}
"""The lines of a receipt, by language."""

ZONES: Final[Mapping[str, str]] = {
    "en": "{city} time",
    "fr": "heure de {city}",
    "es": "hora de {city}",
    "de": "Ortszeit {city}",
}
"""Whose clock a time is by."""

UNSOLD: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "sold_out": "When your payment arrived, not enough tickets were left.",
        "not_open": "When your payment arrived, these tickets were not on sale any more.",
        "mismatch": "What was paid was not what the tickets cost.",
        "returned": "Your payment was given back before tickets were made of it.",
        "": "No tickets could be made of your payment.",
    },
    "fr": {
        "sold_out": "À l’arrivée de votre paiement, il ne restait plus assez de billets.",
        "not_open": "À l’arrivée de votre paiement, ces billets n’étaient plus en vente.",
        "mismatch": "Le montant payé n’était pas le prix des billets.",
        "returned": "Votre paiement a été rendu avant que des billets n’en soient faits.",
        "": "Votre paiement n’a pas pu donner de billets.",
    },
    "es": {
        "sold_out": "Cuando llegó su pago, ya no quedaban boletos suficientes.",
        "not_open": "Cuando llegó su pago, estos boletos ya no estaban a la venta.",
        "mismatch": "Lo pagado no era lo que cuestan los boletos.",
        "returned": "Su pago se devolvió antes de que se emitieran boletos.",
        "": "Con su pago no se pudieron emitir boletos.",
    },
    "de": {
        "sold_out": "Als Ihre Zahlung ankam, waren nicht mehr genug Lose da.",
        "not_open": "Als Ihre Zahlung ankam, waren diese Lose nicht mehr im Verkauf.",
        "mismatch": "Bezahlt wurde ein anderer Betrag, als die Lose kosten.",
        "returned": "Ihre Zahlung wurde zurückgegeben, bevor Lose ausgegeben waren.",
        "": "Für Ihre Zahlung konnten keine Lose ausgegeben werden.",
    },
}
"""Why a payment goes back of which no tickets were made, by language and the code of what stood in the way."""

GOES_BACK: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("will be paid back", "was paid back"),
    "fr": ("sera remboursée", "a été remboursée"),
    "es": ("se le devolverá", "se le devolvió"),
    "de": ("wird Ihnen zurückgezahlt werden", "wurde Ihnen zurückgezahlt"),
}
"""How a refund stands when its letter goes out: still to be done, or done."""

BACK: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "stripe": "to the card that you paid with; banks show it after a few days",
        "card": "to your card, at the desk: bring the card and your ticket",
        "cash": "in cash, at the desk: bring your ticket",
        "split": "in cash and to your card, at the desk: bring the card and your ticket",
        "given": "it was given back to you already",
    },
    "fr": {
        "stripe": "sur la carte avec laquelle vous avez payé ; les banques l’affichent après quelques jours",
        "card": "sur votre carte, au guichet : apportez la carte et votre billet",
        "cash": "en espèces, au guichet : apportez votre billet",
        "split": "en espèces et sur votre carte, au guichet : apportez la carte et votre billet",
        "given": "le montant vous a déjà été rendu",
    },
    "es": {
        "stripe": "en la tarjeta con la que pagó; los bancos lo muestran a los pocos días",
        "card": "en su tarjeta, en el mostrador: traiga la tarjeta y su boleto",
        "cash": "en efectivo, en el mostrador: traiga su boleto",
        "split": "en efectivo y en su tarjeta, en el mostrador: traiga la tarjeta y su boleto",
        "given": "ya se le ha devuelto",
    },
    "de": {
        "stripe": "auf die Karte, mit der Sie bezahlt haben; Banken zeigen es nach einigen Tagen",
        "card": "auf Ihre Karte, am Schalter: Bringen Sie die Karte und Ihr Los mit",
        "cash": "bar, am Schalter: Bringen Sie Ihr Los mit",
        "split": "bar und auf Ihre Karte, am Schalter: Bringen Sie die Karte und Ihr Los mit",
        "given": "Sie haben den Betrag schon erhalten",
    },
}
"""How money goes back, as its buyer is told: by language, and the refund's method; ``given`` was noted afterwards."""

KIOSK_VOID: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "customer": "you changed your mind",
        "mistake": "wrong package or quantity",
        "payment": "the payment did not go through",
        "damaged": "the ticket is damaged",
        "misprint": "the ticket was not printed whole",
    },
    "fr": {
        "customer": "vous avez changé d’avis",
        "mistake": "erreur de formule ou de quantité",
        "payment": "le paiement n’a pas abouti",
        "damaged": "le billet est abîmé",
        "misprint": "le billet n’a pas été imprimé en entier",
    },
    "es": {
        "customer": "cambió usted de idea",
        "mistake": "paquete o cantidad equivocados",
        "payment": "el pago no se completó",
        "damaged": "el boleto está dañado",
        "misprint": "el boleto no se imprimió entero",
    },
    "de": {
        "customer": "Sie haben es sich anders überlegt",
        "mistake": "falsches Paket oder falsche Anzahl",
        "payment": "die Zahlung kam nicht zustande",
        "damaged": "das Los ist beschädigt",
        "misprint": "das Los wurde nicht vollständig gedruckt",
    },
}
"""Why a kiosk made an order void, as its buyer is told: by language, and the reason that the kiosk journals."""

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "buyer": "You get this message because you took part in a raffle of {organisation}.",
        "asked": "You get this message because somebody gave your address to {organisation}.",
        "staff": "You get this message because you work in the office of {organisation}.",
    },
    "fr": {
        "buyer": "Vous recevez ce message parce que vous avez participé à une tombola de {organisation}.",
        "asked": "Vous recevez ce message parce que votre adresse a été donnée à {organisation}.",
        "staff": "Vous recevez ce message parce que vous travaillez au bureau de {organisation}.",
    },
    "es": {
        "buyer": "Recibe este mensaje porque participó en un sorteo de {organisation}.",
        "asked": "Recibe este mensaje porque alguien dio su dirección a {organisation}.",
        "staff": "Recibe este mensaje porque trabaja en la oficina de {organisation}.",
    },
    "de": {
        "buyer": "Sie erhalten diese Nachricht, weil Sie an einer Tombola von {organisation} teilgenommen haben.",
        "asked": "Sie erhalten diese Nachricht, weil jemand {organisation} Ihre Adresse gegeben hat.",
        "staff": "Sie erhalten diese Nachricht, weil Sie im Büro von {organisation} arbeiten.",
    },
}
"""Why somebody gets a message at all."""

STOP: Final[Mapping[str, str]] = {
    "en": "No more messages like this:",
    "fr": "Ne plus recevoir de tels messages :",
    "es": "No recibir más mensajes como este:",
    "de": "Keine solchen Nachrichten mehr:",
}

BUTTONS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "open": "Open",
        "checkout_started": "Finish the order",
        "order_placed": "See my tickets",
        "entered": "See my entries",
        "winner": "See the result",
        "delivered": "See the result",
        "refunded": "See the order",
        "voided": "See the event",
        "cancelled": "See the event",
        "verify_email": "Confirm my address",
        "password_reset": "Set a new password",
        "invitation": "Accept the invitation",
        "official_win": "See the draw",
        "alarm": "See what it is",
    },
    "fr": {
        "open": "Ouvrir",
        "checkout_started": "Terminer la commande",
        "order_placed": "Voir mes billets",
        "entered": "Voir mes participations",
        "winner": "Voir le résultat",
        "delivered": "Voir le résultat",
        "refunded": "Voir la commande",
        "voided": "Voir l’événement",
        "cancelled": "Voir l’événement",
        "verify_email": "Confirmer mon adresse",
        "password_reset": "Choisir un mot de passe",
        "invitation": "Accepter l’invitation",
        "official_win": "Voir le tirage",
        "alarm": "Voir ce que c’est",
    },
    "es": {
        "open": "Abrir",
        "checkout_started": "Terminar el pedido",
        "order_placed": "Ver mis boletos",
        "entered": "Ver mis participaciones",
        "winner": "Ver el resultado",
        "delivered": "Ver el resultado",
        "refunded": "Ver el pedido",
        "voided": "Ver el sorteo",
        "cancelled": "Ver el sorteo",
        "verify_email": "Confirmar mi dirección",
        "password_reset": "Elegir contraseña",
        "invitation": "Aceptar la invitación",
        "official_win": "Ver el sorteo",
        "alarm": "Ver qué ocurre",
    },
    "de": {
        "open": "Öffnen",
        "checkout_started": "Bestellung abschließen",
        "order_placed": "Meine Lose ansehen",
        "entered": "Meine Teilnahmen ansehen",
        "winner": "Ergebnis ansehen",
        "delivered": "Ergebnis ansehen",
        "refunded": "Bestellung ansehen",
        "voided": "Veranstaltung ansehen",
        "cancelled": "Veranstaltung ansehen",
        "verify_email": "Adresse bestätigen",
        "password_reset": "Passwort festlegen",
        "invitation": "Einladung annehmen",
        "official_win": "Ziehung ansehen",
        "alarm": "Ansehen",
    },
}
"""What stands on the button that leads on, by language and kind."""
