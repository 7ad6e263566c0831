<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
<context>
    <name>Age</name>
    <message>
        <source>No, back to the basket</source>
        <translation>Non, retour au panier</translation>
    </message>
    <message>
        <source>Yes, %1 or older</source>
        <translation>Oui, %1&#x202f;ans ou plus</translation>
    </message>
</context>
<context>
    <name>Approve</name>
    <message>
        <source>This needs an approval</source>
        <translation>Un accord est nécessaire</translation>
    </message>
    <message>
        <source>Attendant</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Nobody who may approve this is known to the kiosk.</source>
        <translation>La borne ne connaît personne qui puisse donner cet accord.</translation>
    </message>
    <message>
        <source>Who approves?</source>
        <translation>Qui donne son accord&#x202f;?</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abandonner</translation>
    </message>
    <message>
        <source>Wait %1 s.</source>
        <translation>Attendez %1&#x202f;s.</translation>
    </message>
    <message>
        <source>Choose who approves</source>
        <translation>Choisissez qui donne son accord</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>Code PIN</translation>
    </message>
    <message>
        <source>Choose your name</source>
        <translation>Choisissez votre nom</translation>
    </message>
    <message>
        <source>%1 digits typed</source>
        <translation>%1 chiffres saisis</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>Accepter</translation>
    </message>
</context>
<context>
    <name>Attend</name>
    <message>
        <source>Almost yours</source>
        <translation>Bientôt à vous</translation>
    </message>
    <message>
        <source>Attendant: take payment</source>
        <translation>Agent&#x202f;: encaisser</translation>
    </message>
</context>
<context>
    <name>Attract</name>
    <message>
        <source>Jackpot</source>
        <translation>Cagnotte</translation>
    </message>
    <message>
        <source>ticket</source>
        <translation>billet</translation>
    </message>
    <message numerus="yes">
        <source>tickets</source>
        <translation>
            <numerusform>billet</numerusform>
            <numerusform>billets</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is on: touch to go on</source>
        <translation>%1 en service&#x202f;: touchez l’écran</translation>
    </message>
    <message>
        <source>Operator: log on</source>
        <translation>Opérateur&#x202f;: s’identifier</translation>
    </message>
    <message>
        <source>Touch here to buy tickets</source>
        <translation>Touchez ici pour acheter</translation>
    </message>
    <message>
        <source>Touch to begin</source>
        <translation>Touchez pour démarrer</translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation>L’aide arrive</translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation>Appeler un agent</translation>
    </message>
    <message>
        <source>Attendant</source>
        <translation>Agent</translation>
    </message>
</context>
<context>
    <name>Blocked</name>
    <message>
        <source>Please wait</source>
        <translation>Patientez</translation>
    </message>
    <message>
        <source>This needs you</source>
        <translation>À vous d’agir</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Arrêt</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Que faire</translation>
    </message>
    <message>
        <source>Ask now</source>
        <translation>Demander</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnostic</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Code: %1</source>
        <translation>Code&#x202f;: %1</translation>
    </message>
</context>
<context>
    <name>Choose</name>
    <message>
        <source>Choose your tickets</source>
        <translation>Choisissez vos billets</translation>
    </message>
    <message>
        <source>Nothing chosen yet</source>
        <translation>Rien de choisi</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
</context>
<context>
    <name>Claim</name>
    <message>
        <source>Leave it</source>
        <translation>Laisser</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminer</translation>
    </message>
    <message>
        <source>Paying a prize</source>
        <translation>Payer un gain</translation>
    </message>
    <message>
        <source>Prize</source>
        <translation>Lot</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Numéro</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validation</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Événement</translation>
    </message>
    <message>
        <source>You have seen an identity document.</source>
        <translation>Vous avez vu une pièce d’identité.</translation>
    </message>
    <message>
        <source>For this amount ask the winner for an identity document.</source>
        <translation>Pour ce montant, demandez une pièce d’identité au gagnant.</translation>
    </message>
    <message>
        <source>I have seen it</source>
        <translation>Je l’ai vue</translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation>Verser %1</translation>
    </message>
</context>
<context>
    <name>Closed</name>
    <message>
        <source>All sales uploaded</source>
        <translation>Toutes les ventes sont envoyées</translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation>1 vente non envoyée</translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation>
            <numerusform>%1 vente non envoyée</numerusform>
            <numerusform>%1 ventes non envoyées</numerusform>
        </translation>
    </message>
    <message>
        <source>Not confirmed yet</source>
        <translation>Pas encore confirmé</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Clôturer le service</translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation>Un service est ouvert</translation>
    </message>
    <message>
        <source>Count and close</source>
        <translation>Compter et clôturer</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>Envoyer</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Chercher</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Quitter</translation>
    </message>
</context>
<context>
    <name>Count</name>
    <message>
        <source>%1: %2, together %3</source>
        <translation>%1&#x202f;: %2, soit %3</translation>
    </message>
    <message>
        <source>Type what is in the drawer</source>
        <translation>Saisissez le contenu du tiroir</translation>
    </message>
    <message>
        <source>The drawer holds what it should.</source>
        <translation>Le compte du tiroir est juste.</translation>
    </message>
    <message>
        <source>There is more in the drawer than there should be.</source>
        <translation>Il y a trop d’argent dans le tiroir.</translation>
    </message>
    <message>
        <source>There is less in the drawer than there should be.</source>
        <translation>Il manque de l’argent dans le tiroir.</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>Compté</translation>
    </message>
    <message>
        <source>In the drawer</source>
        <translation>Dans le tiroir</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Attendu</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Écart</translation>
    </message>
    <message>
        <source>One more</source>
        <translation>Un de plus</translation>
    </message>
    <message>
        <source>One less</source>
        <translation>Un de moins</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Suivant</translation>
    </message>
    <message>
        <source>Count again</source>
        <translation>Recompter</translation>
    </message>
    <message>
        <source>By piece</source>
        <translation>Par pièce</translation>
    </message>
    <message>
        <source>One sum</source>
        <translation>Un total</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Clôturer le service</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminer</translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation>Ouvrir le service</translation>
    </message>
    <message>
        <source>It is counted</source>
        <translation>C’est compté</translation>
    </message>
</context>
<context>
    <name>Customer</name>
    <message>
        <source>Customer’s details</source>
        <translation>Coordonnées du client</translation>
    </message>
    <message>
        <source>Your details</source>
        <translation>Vos coordonnées</translation>
    </message>
    <message>
        <source>This event asks for them. They are kept apart from the ticket.</source>
        <translation>Cet événement les demande. Elles sont conservées à part du billet.</translation>
    </message>
    <message>
        <source>Only if the customer wants to be told of a win.</source>
        <translation>Seulement si le client veut être averti d’un gain.</translation>
    </message>
    <message>
        <source>Only if you want to be told of a win.</source>
        <translation>Seulement si vous voulez être averti d’un gain.</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Passer</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuer</translation>
    </message>
    <message>
        <source>Next field</source>
        <translation>Champ suivant</translation>
    </message>
</context>
<context>
    <name>Diagnostics</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnostic</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Contrôle…</translation>
    </message>
    <message>
        <source>All is well</source>
        <translation>Tout va bien</translation>
    </message>
    <message>
        <source>One thing needs you</source>
        <translation>Un point à régler</translation>
    </message>
    <message>
        <source>%1 things need you</source>
        <translation>%1 points à régler</translation>
    </message>
    <message>
        <source>Nothing is known to be wrong</source>
        <translation>Aucun défaut connu</translation>
    </message>
    <message>
        <source>Check all</source>
        <translation>Tout vérifier</translation>
    </message>
    <message>
        <source>Check everything</source>
        <translation>Tout vérifier</translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Sold</source>
        <translation>Vendu</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>Imprimé</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>ESSAI</translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation>Monnaie à rendre</translation>
    </message>
    <message>
        <source>Ticket numbers</source>
        <translation>Numéros du billet</translation>
    </message>
    <message>
        <source>Validation numbers</source>
        <translation>Numéros de validation</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Numéro de validation</translation>
    </message>
    <message numerus="yes">
        <source>and %1 more</source>
        <translation>
            <numerusform>et %1 autre</numerusform>
            <numerusform>et %1 autres</numerusform>
        </translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminer</translation>
    </message>
    <message>
        <source>Next sale</source>
        <translation>Vente suivante</translation>
    </message>
</context>
<context>
    <name>Enrol</name>
    <message>
        <source>Set up this kiosk with a one-time code from your office.</source>
        <translation>Installez cette borne avec un code à usage unique de votre bureau.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>Code à usage unique</translation>
    </message>
    <message>
        <source>Setting up…</source>
        <translation>Installation…</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Installer</translation>
    </message>
    <message>
        <source>This machine: %1</source>
        <translation>Cet appareil&#x202f;: %1</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Suivant</translation>
    </message>
</context>
<context>
    <name>EventTab</name>
    <message>
        <source>TEST</source>
        <translation>ESSAI</translation>
    </message>
    <message>
        <source>Jackpot</source>
        <translation>Cagnotte</translation>
    </message>
</context>
<context>
    <name>Events</name>
    <message>
        <source>What is sold?</source>
        <translation>Que vendez-vous&#x202f;?</translation>
    </message>
    <message>
        <source>Tap an event. The others stay as tabs while you sell.</source>
        <translation>Touchez un événement. Les autres restent en onglets pendant la vente.</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Done</source>
        <translation>Terminé</translation>
    </message>
    <message>
        <source>Capital letter</source>
        <translation>Majuscule</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Espace</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Effacer</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Supprimer</translation>
    </message>
</context>
<context>
    <name>Keypad</name>
    <message>
        <source>Clear</source>
        <translation>Effacer</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Supprimer</translation>
    </message>
</context>
<context>
    <name>Lookup</name>
    <message>
        <source>Asking the office…</source>
        <translation>Demande au bureau…</translation>
    </message>
    <message>
        <source>The office has answered.</source>
        <translation>Le bureau a répondu.</translation>
    </message>
    <message>
        <source>The office does not answer. As known at %1.</source>
        <translation>Le bureau ne répond pas. Situation à %1.</translation>
    </message>
    <message>
        <source>Off line. As known at %1.</source>
        <translation>Hors ligne. Situation à %1.</translation>
    </message>
    <message>
        <source>Look up a ticket</source>
        <translation>Chercher un billet</translation>
    </message>
    <message>
        <source>Scan it, or type its validation number.</source>
        <translation>Scannez-le ou saisissez son numéro de validation.</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Numéro de validation</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Chercher</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Recherche…</translation>
    </message>
    <message>
        <source>Hold the ticket&apos;s square code under the scanner</source>
        <translation>Présentez le code carré du billet sous le lecteur</translation>
    </message>
    <message>
        <source>The next one can be scanned at once.</source>
        <translation>Le suivant peut être scanné aussitôt.</translation>
    </message>
    <message>
        <source>Prize</source>
        <translation>Lot</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validation</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Numéros</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Événement</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Prix</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>Vendu le</translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation>Verser %1</translation>
    </message>
    <message>
        <source>%1, number %2</source>
        <translation>%1, numéro %2</translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation>Réimprimer</translation>
    </message>
    <message>
        <source>Counterfoils</source>
        <translation>Souches</translation>
    </message>
    <message>
        <source>Make void</source>
        <translation>Annuler billet</translation>
    </message>
    <message>
        <source>Another ticket</source>
        <translation>Autre billet</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Messages from the office</source>
        <translation>Messages du bureau</translation>
    </message>
    <message>
        <source>One is new</source>
        <translation>Un nouveau message</translation>
    </message>
    <message>
        <source>%1 are new</source>
        <translation>%1 nouveaux messages</translation>
    </message>
    <message>
        <source>No messages</source>
        <translation>Aucun message</translation>
    </message>
    <message>
        <source>What the office sends to this kiosk stands here.</source>
        <translation>Ce que le bureau envoie à cette borne s’affiche ici.</translation>
    </message>
    <message>
        <source>New · %1</source>
        <translation>Nouveau · %1</translation>
    </message>
    <message>
        <source>I have read it</source>
        <translation>Je l’ai lu</translation>
    </message>
    <message>
        <source>I have read them</source>
        <translation>Je les ai lus</translation>
    </message>
</context>
<context>
    <name>Move</name>
    <message>
        <source>What for?</source>
        <translation>Pour quoi&#x202f;?</translation>
    </message>
    <message>
        <source>Take out %1</source>
        <translation>Retirer %1</translation>
    </message>
    <message>
        <source>Put in %1</source>
        <translation>Déposer %1</translation>
    </message>
</context>
<context>
    <name>PackageButton</name>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>ESSAI</translation>
    </message>
    <message>
        <source>%1 Put it right before you take money.</source>
        <translation>%1 Remédiez-y avant d’encaisser.</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>À payer</translation>
    </message>
    <message>
        <source>Given</source>
        <translation>Reçu</translation>
    </message>
    <message>
        <source>Cash given</source>
        <translation>Espèces reçues</translation>
    </message>
    <message>
        <source>By card</source>
        <translation>Par carte</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Référence</translation>
    </message>
    <message>
        <source>Reference on the terminal’s slip</source>
        <translation>Référence du ticket du terminal</translation>
    </message>
    <message>
        <source>Let the terminal take %1, then type its reference</source>
        <translation>Débitez %1 au terminal, puis saisissez sa référence</translation>
    </message>
    <message>
        <source>Card paid</source>
        <translation>Payé par carte</translation>
    </message>
    <message>
        <source>Type how much the card pays</source>
        <translation>Saisissez la part payée par carte</translation>
    </message>
    <message>
        <source>Type the terminal’s reference</source>
        <translation>Saisissez la référence du terminal</translation>
    </message>
    <message>
        <source>Not enough yet</source>
        <translation>Pas encore assez</translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation>Monnaie à rendre</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>Appoint</translation>
    </message>
    <message>
        <source>Selling…</source>
        <translation>Vente…</translation>
    </message>
</context>
<context>
    <name>Pin</name>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>Who is selling?</source>
        <translation>Qui vend&#x202f;?</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Program hash %1</source>
        <translation>Empreinte du programme %1</translation>
    </message>
    <message>
        <source>Choose your name first</source>
        <translation>Choisissez d’abord votre nom</translation>
    </message>
    <message>
        <source>Enter your PIN</source>
        <translation>Saisissez votre code PIN</translation>
    </message>
    <message>
        <source>%1 Wait %2 s.</source>
        <translation>%1 Attendez %2&#x202f;s.</translation>
    </message>
    <message>
        <source>Log on</source>
        <translation>Valider</translation>
    </message>
</context>
<context>
    <name>PrintProblem</name>
    <message>
        <source>Ticket numbers</source>
        <translation>Numéros du billet</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Numéro de validation</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>So far</source>
        <translation>Provisoire</translation>
    </message>
    <message>
        <source>An X report changes nothing. The shift goes on.</source>
        <translation>Un rapport X ne change rien. Le service continue.</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>Imprimer</translation>
    </message>
    <message>
        <source>Print again</source>
        <translation>Réimprimer</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminer</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>Is this right?</source>
        <translation>Est-ce correct&#x202f;?</translation>
    </message>
    <message>
        <source>Take one more or one less, or go on and pay.</source>
        <translation>Ajoutez-en, retirez-en, ou continuez pour payer.</translation>
    </message>
    <message>
        <source>Pay %1</source>
        <translation>Payer %1</translation>
    </message>
</context>
<context>
    <name>ScreenHead</name>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
</context>
<context>
    <name>SelfHead</name>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>Language: %1</source>
        <translation>Langue&#x202f;: %1</translation>
    </message>
    <message>
        <source>Called</source>
        <translation>Appelé</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Aide</translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation>L’aide arrive</translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation>Appeler un agent</translation>
    </message>
</context>
<context>
    <name>Sell</name>
    <message>
        <source>No event</source>
        <translation>Aucun événement</translation>
    </message>
    <message>
        <source>All %1 events</source>
        <translation>Les %1 événements</translation>
    </message>
    <message numerus="yes">
        <source>%1 times</source>
        <translation>
            <numerusform>%1 fois</numerusform>
            <numerusform>%1 fois</numerusform>
        </translation>
    </message>
    <message>
        <source>Fast sale: on</source>
        <translation>Vente rapide&#x202f;: oui</translation>
    </message>
    <message>
        <source>Fast sale: off</source>
        <translation>Vente rapide&#x202f;: non</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Chercher</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Service</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Verrou</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Quitter</translation>
    </message>
    <message>
        <source>Basket</source>
        <translation>Panier</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Vider</translation>
    </message>
    <message>
        <source>Nothing can be sold now</source>
        <translation>Rien à vendre pour l’instant</translation>
    </message>
    <message>
        <source>One tap on a package goes straight to payment</source>
        <translation>Toucher une formule mène droit au paiement</translation>
    </message>
    <message>
        <source>Tap a package to begin</source>
        <translation>Touchez une formule pour commencer</translation>
    </message>
    <message>
        <source>Repeat last sale</source>
        <translation>Répéter la vente</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>Encaisser</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Each change is noted with your name.</source>
        <translation>Chaque changement est noté à votre nom.</translation>
    </message>
    <message>
        <source>It counts when the kiosk has been started again.</source>
        <translation>Pris en compte au prochain démarrage de la borne.</translation>
    </message>
</context>
<context>
    <name>Shift</name>
    <message>
        <source>Shift %1</source>
        <translation>Service %1</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Service</translation>
    </message>
    <message>
        <source>%1, since %2</source>
        <translation>%1, depuis %2</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Quitter</translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation>Aucun service ouvert</translation>
    </message>
    <message>
        <source>Count the float that you start with, then selling can begin.</source>
        <translation>Comptez votre fond de caisse, puis la vente peut commencer.</translation>
    </message>
    <message>
        <source>Open a shift</source>
        <translation>Ouvrir un service</translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation>Compter le tiroir</translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation>Ouvrir le tiroir</translation>
    </message>
    <message>
        <source>Without a sale; it is noted</source>
        <translation>Sans vente&#x202f;; c’est noté</translation>
    </message>
    <message>
        <source>Put cash in</source>
        <translation>Déposer espèces</translation>
    </message>
    <message>
        <source>Take cash out</source>
        <translation>Retirer espèces</translation>
    </message>
    <message>
        <source>X report</source>
        <translation>Rapport X</translation>
    </message>
    <message>
        <source>How it stands; changes nothing</source>
        <translation>Aperçu, ne change rien</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Clôturer le service</translation>
    </message>
    <message>
        <source>Count, then the Z report</source>
        <translation>Compter, puis rapport Z</translation>
    </message>
    <message>
        <source>Last Z report</source>
        <translation>Dernier rapport Z</translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation>Recompter le dernier service</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Chercher</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
</context>
<context>
    <name>Starting</name>
    <message>
        <source>Try again now</source>
        <translation>Réessayer</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>All uploaded</source>
        <translation>Tout est envoyé</translation>
    </message>
    <message numerus="yes">
        <source>%1 to upload</source>
        <translation>
            <numerusform>%1 à envoyer</numerusform>
            <numerusform>%1 à envoyer</numerusform>
        </translation>
    </message>
    <message>
        <source>oldest %1</source>
        <translation>depuis %1</translation>
    </message>
    <message numerus="yes">
        <source>%1 numbers left</source>
        <translation>
            <numerusform>%1 numéro restant</numerusform>
            <numerusform>%1 numéros restants</numerusform>
        </translation>
    </message>
    <message>
        <source>No numbers yet</source>
        <translation>Pas encore de numéros</translation>
    </message>
    <message>
        <source>Clock: %1</source>
        <translation>Horloge&#x202f;: %1</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>1 message</translation>
    </message>
    <message numerus="yes">
        <source>%1 messages</source>
        <translation>
            <numerusform>%1 message</numerusform>
            <numerusform>%1 messages</numerusform>
        </translation>
    </message>
    <message>
        <source>Few numbers are left: connect this kiosk to fetch more.</source>
        <translation>Il reste peu de numéros&#x202f;: connectez cette borne pour en recevoir.</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>One %1 less</source>
        <translation>Un de moins&#x202f;: %1</translation>
    </message>
    <message>
        <source>One %1 more</source>
        <translation>Un de plus&#x202f;: %1</translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Status</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Everything is at the office</source>
        <translation>Tout est au bureau</translation>
    </message>
    <message>
        <source>Uploading…</source>
        <translation>Envoi…</translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation>1 vente non envoyée</translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation>
            <numerusform>%1 vente non envoyée</numerusform>
            <numerusform>%1 ventes non envoyées</numerusform>
        </translation>
    </message>
    <message>
        <source>Last contact: %1</source>
        <translation>Dernier contact&#x202f;: %1</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>Envoyer</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Service</translation>
    </message>
    <message>
        <source>Messages (%1)</source>
        <translation>Messages (%1)</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Messages</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnostic</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
</context>
<context>
    <name>Theme</name>
    <message>
        <source>1 ticket</source>
        <translation>1 billet</translation>
    </message>
    <message numerus="yes">
        <source>%1 tickets</source>
        <translation>
            <numerusform>%1 billet</numerusform>
            <numerusform>%1 billets</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Void</name>
    <message>
        <source>Make this ticket void</source>
        <translation>Annuler ce billet</translation>
    </message>
    <message>
        <source>Its numbers leave the draw for good.</source>
        <translation>Ses numéros sortent du tirage définitivement.</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validation</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Numéros</translation>
    </message>
    <message>
        <source>Give back to the customer</source>
        <translation>À rendre au client</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Pourquoi&#x202f;?</translation>
    </message>
    <message>
        <source>A supervisor confirms this.</source>
        <translation>Un responsable confirme.</translation>
    </message>
    <message>
        <source>Make void</source>
        <translation>Annuler billet</translation>
    </message>
</context>
<context>
    <name>kiosk</name>
    <message>
        <source>The office answered within {ms} ms.</source>
        <translation>Le bureau a répondu en {ms}&#x202f;ms.</translation>
    </message>
    <message>
        <source>The test page came out whole.</source>
        <translation>La page d’essai est sortie en entier.</translation>
    </message>
    <message>
        <source>{n} s away from the office&apos;s clock.</source>
        <translation>{n}&#x202f;s d’écart avec l’horloge du bureau.</translation>
    </message>
    <message>
        <source>Selling goes on without it. Check the network&apos;s cable, or its Wi-Fi.</source>
        <translation>La vente continue sans. Vérifiez le câble réseau ou le Wi-Fi.</translation>
    </message>
    <message>
        <source>The clock was set while the kiosk ran: {n} s away from the time since it started.</source>
        <translation>L’horloge a été réglée pendant la marche&#x202f;: {n}&#x202f;s d’écart avec le temps depuis le démarrage.</translation>
    </message>
    <message>
        <source>Sales close by the time since the start. Tell the office.</source>
        <translation>Les ventes ferment selon le temps depuis le démarrage. Prévenez le bureau.</translation>
    </message>
    <message>
        <source>Not compared with the office yet.</source>
        <translation>Pas encore comparée à celle du bureau.</translation>
    </message>
    <message>
        <source>It is compared at the next contact.</source>
        <translation>Elle sera comparée au prochain contact.</translation>
    </message>
    <message>
        <source>Have the clock set right before the next event. Sales close at the right time all the same.</source>
        <translation>Faites régler l’horloge avant le prochain événement. Les ventes ferment quand même à l’heure.</translation>
    </message>
    <message>
        <source>This is set on the kiosk&apos;s command line.</source>
        <translation>C’est fixé dans la ligne de commande de la borne.</translation>
    </message>
    <message>
        <source>Whoever installed the kiosk has to change it there.</source>
        <translation>La personne qui a installé la borne doit le changer là.</translation>
    </message>
    <message>
        <source>No USB stick is plugged in.</source>
        <translation>Aucune clé USB n’est branchée.</translation>
    </message>
    <message>
        <source>Plug one in and try again.</source>
        <translation>Branchez-en une et réessayez.</translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}.</source>
        <translation>Entrées que le bureau n’a pas&#x202f;: {n}.</translation>
    </message>
    <message>
        <source>Connect the kiosk, or export them to a USB stick and have the office take them in.</source>
        <translation>Connectez la borne, ou exportez-les sur une clé USB et faites-les lire par le bureau.</translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet.</source>
        <translation>L’impression d’un billet est sans issue connue.</translation>
    </message>
    <message>
        <source>Log on and settle it.</source>
        <translation>Identifiez-vous et réglez-la.</translation>
    </message>
    <message>
        <source>This kiosk is still the office&apos;s: it could not be told of the log-out.</source>
        <translation>Cette borne dépend encore du bureau&#x202f;: il n’a pas pu être averti de la désinscription.</translation>
    </message>
    <message>
        <source>This kiosk is logged out</source>
        <translation>Cette borne est désinscrite</translation>
    </message>
    <message>
        <source>The office has everything that it sold.</source>
        <translation>Le bureau a tout ce qu’elle a vendu.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s old data cannot be put away.</source>
        <translation>Les anciennes données de la borne ne peuvent pas être mises de côté.</translation>
    </message>
    <message>
        <source>Call the office.</source>
        <translation>Appelez le bureau.</translation>
    </message>
    <message>
        <source>The network is slow; selling is not.</source>
        <translation>Le réseau est lent&#x202f;; la vente ne l’est pas.</translation>
    </message>
    <message>
        <source>It starts again by itself in a moment.</source>
        <translation>Elle redémarre d’elle-même dans un instant.</translation>
    </message>
    <message>
        <source>Switch it off and on again to enrol it anew.</source>
        <translation>Éteignez-la et rallumez-la pour l’inscrire de nouveau.</translation>
    </message>
    <message>
        <source>Connect it and try again.</source>
        <translation>Connectez-la et réessayez.</translation>
    </message>
    <message>
        <source>The office does not let this kiosk sell ({state}).</source>
        <translation>Le bureau ne laisse pas cette borne vendre ({state}).</translation>
    </message>
    <message>
        <source>Call the office. Sales made so far are safe.</source>
        <translation>Appelez le bureau. Les ventes déjà faites sont en sûreté.</translation>
    </message>
    <message>
        <source>A block of numbers is not signed by this kiosk&apos;s office.</source>
        <translation>Un bloc de numéros n’est pas signé par le bureau de cette borne.</translation>
    </message>
    <message>
        <source>A block of numbers is another kiosk&apos;s.</source>
        <translation>Un bloc de numéros est celui d’une autre borne.</translation>
    </message>
    <message>
        <source>The kept catalog is damaged.</source>
        <translation>Le catalogue enregistré est endommagé.</translation>
    </message>
    <message>
        <source>Call the office; connect the kiosk.</source>
        <translation>Appelez le bureau&#x202f;; connectez la borne.</translation>
    </message>
    <message>
        <source>The office&apos;s catalog is too large for this kiosk.</source>
        <translation>Le catalogue du bureau est trop grand pour cette borne.</translation>
    </message>
    <message>
        <source>The catalog is not signed by this kiosk&apos;s office.</source>
        <translation>Le catalogue n’est pas signé par le bureau de cette borne.</translation>
    </message>
    <message>
        <source>The catalog is another kiosk&apos;s.</source>
        <translation>Le catalogue est celui d’une autre borne.</translation>
    </message>
    <message>
        <source>The office sent an older catalog ({generation}.{serial}) than the kiosk has.</source>
        <translation>Le bureau a envoyé un catalogue ({generation}.{serial}) plus ancien que celui de la borne.</translation>
    </message>
    <message>
        <source>Call the office: its server may have been restored without raising its generation.</source>
        <translation>Appelez le bureau&#x202f;: son serveur a peut-être été restauré sans passer à une nouvelle génération.</translation>
    </message>
    <message>
        <source>The kiosk has not heard from the office yet.</source>
        <translation>La borne n’a encore rien reçu du bureau.</translation>
    </message>
    <message>
        <source>Connect it to the network.</source>
        <translation>Connectez-la au réseau.</translation>
    </message>
    <message>
        <source>Wait for the office.</source>
        <translation>Attendez le bureau.</translation>
    </message>
    <message>
        <source>This event is not on this kiosk.</source>
        <translation>Cet événement n’est pas sur cette borne.</translation>
    </message>
    <message>
        <source>Choose another event.</source>
        <translation>Choisissez un autre événement.</translation>
    </message>
    <message>
        <source>Sales for {event} are paused.</source>
        <translation>Les ventes pour {event} sont suspendues.</translation>
    </message>
    <message>
        <source>{event} is not on sale yet.</source>
        <translation>{event} n’est pas encore en vente.</translation>
    </message>
    <message>
        <source>The office must activate it.</source>
        <translation>Le bureau doit l’activer.</translation>
    </message>
    <message>
        <source>{event} was cancelled.</source>
        <translation>{event} est annulé.</translation>
    </message>
    <message>
        <source>Sales for {event} are closed.</source>
        <translation>Les ventes pour {event} sont closes.</translation>
    </message>
    <message>
        <source>Sales for {event} have not opened yet.</source>
        <translation>Les ventes pour {event} n’ont pas encore ouvert.</translation>
    </message>
    <message>
        <source>Wait for the opening time.</source>
        <translation>Attendez l’heure d’ouverture.</translation>
    </message>
    <message>
        <source>{event} is sold at self-service kiosks only.</source>
        <translation>{event} se vend seulement sur les bornes en libre-service.</translation>
    </message>
    <message>
        <source>{event} is not sold at self-service kiosks.</source>
        <translation>{event} ne se vend pas sur les bornes en libre-service.</translation>
    </message>
    <message>
        <source>This package is not on offer now.</source>
        <translation>Cette formule n’est pas proposée pour l’instant.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Choisissez-en une autre.</translation>
    </message>
    <message>
        <source>A block of numbers cannot be read: {e}.</source>
        <translation>Un bloc de numéros est illisible&#x202f;: {e}.</translation>
    </message>
    <message>
        <source>The office&apos;s catalog cannot be read: {e}.</source>
        <translation>Le catalogue du bureau est illisible&#x202f;: {e}.</translation>
    </message>
    <message>
        <source>The office has disabled this kiosk.</source>
        <translation>Le bureau a désactivé cette borne.</translation>
    </message>
    <message>
        <source>The office has suspended this kiosk.</source>
        <translation>Le bureau a suspendu cette borne.</translation>
    </message>
    <message>
        <source>The office has revoked this kiosk.</source>
        <translation>Le bureau a révoqué cette borne.</translation>
    </message>
    <message>
        <source>The office has retired this kiosk.</source>
        <translation>Le bureau a retiré cette borne du service.</translation>
    </message>
    <message>
        <source>The office has stopped all sales.</source>
        <translation>Le bureau a arrêté toutes les ventes.</translation>
    </message>
    <message>
        <source>A name has letters.</source>
        <translation>Un nom contient des lettres.</translation>
    </message>
    <message>
        <source>This number is too short.</source>
        <translation>Ce numéro est trop court.</translation>
    </message>
    <message>
        <source>The @ and what follows it are missing.</source>
        <translation>Il manque le @ et la suite.</translation>
    </message>
    <message>
        <source>The end of this address is missing.</source>
        <translation>Il manque la fin de cette adresse.</translation>
    </message>
    <message>
        <source>This name is too long.</source>
        <translation>Ce nom est trop long.</translation>
    </message>
    <message>
        <source>A phone number has digits only.</source>
        <translation>Un numéro de téléphone n’a que des chiffres.</translation>
    </message>
    <message>
        <source>Begin with + and the country&apos;s code.</source>
        <translation>Commencez par + et l’indicatif du pays.</translation>
    </message>
    <message>
        <source>No country&apos;s code begins with 0.</source>
        <translation>Aucun indicatif de pays ne commence par 0.</translation>
    </message>
    <message>
        <source>This number is too long.</source>
        <translation>Ce numéro est trop long.</translation>
    </message>
    <message>
        <source>What stands before the @ is no e-mail address.</source>
        <translation>Ce qui précède le @ ne convient pas.</translation>
    </message>
    <message>
        <source>What stands behind the @ is no e-mail address.</source>
        <translation>Ce qui suit le @ ne convient pas.</translation>
    </message>
    <message>
        <source>An e-mail address cannot begin like this.</source>
        <translation>Une adresse électronique ne commence pas ainsi.</translation>
    </message>
    <message>
        <source>In step</source>
        <translation>À jour</translation>
    </message>
    <message>
        <source>Do not sell. Call the office; it needs this kiosk and its second copy.</source>
        <translation>Ne vendez pas. Appelez le bureau&#x202f;; il lui faut cette borne et sa copie de secours.</translation>
    </message>
    <message>
        <source>{percent} % of sales</source>
        <translation>{percent}&#x202f;% des ventes</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>Pas encore connecté</translation>
    </message>
    <message>
        <source>None set up</source>
        <translation>Aucune</translation>
    </message>
    <message>
        <source>{n} entries behind</source>
        <translation>{n} entrées de retard</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>Vérifié</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Non vérifié</translation>
    </message>
    <message>
        <source>Not the publisher&apos;s</source>
        <translation>Pas celui de l’éditeur</translation>
    </message>
    <message>
        <source>Checking the journal</source>
        <translation>Vérification du journal</translation>
    </message>
    <message>
        <source>Reading events and sales</source>
        <translation>Lecture des événements et des ventes</translation>
    </message>
    <message>
        <source>This kiosk must not sell</source>
        <translation>Cette borne ne doit pas vendre</translation>
    </message>
    <message>
        <source>The office no longer sends this event; its ticket cannot be printed.</source>
        <translation>Le bureau n’envoie plus cet événement&#x202f;; son billet ne peut pas être imprimé.</translation>
    </message>
    <message>
        <source>The office no longer sends this event; its counterfoils cannot be printed.</source>
        <translation>Le bureau n’envoie plus cet événement&#x202f;; ses souches ne peuvent pas être imprimées.</translation>
    </message>
    <message>
        <source>There is no ticket to pay for.</source>
        <translation>Il n’y a pas de billet à payer.</translation>
    </message>
    <message>
        <source>Scan it again.</source>
        <translation>Scannez-le de nouveau.</translation>
    </message>
    <message>
        <source>Paying needs the network.</source>
        <translation>Le paiement exige le réseau.</translation>
    </message>
    <message>
        <source>Send the winner to the claims desk, or try again.</source>
        <translation>Envoyez le gagnant au guichet des gains, ou réessayez.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate is not this kiosk&apos;s.</source>
        <translation>Le certificat du serveur n’est pas celui de cette borne.</translation>
    </message>
    <message>
        <source>Opening the journal</source>
        <translation>Ouverture du journal</translation>
    </message>
    <message>
        <source>The server&apos;s certificate cannot be read.</source>
        <translation>Le certificat du serveur est illisible.</translation>
    </message>
    <message>
        <source>The program failed here; sales go on. Started again in {n} s</source>
        <translation>Le programme a échoué ici&#x202f;; les ventes continuent. Relancé dans {n}&#x202f;s</translation>
    </message>
    <message>
        <source>The program has failed</source>
        <translation>Le programme a échoué</translation>
    </message>
    <message>
        <source>A part of it ({name}) has stopped. Sales made so far are safe.</source>
        <translation>Une partie ({name}) s’est arrêtée. Les ventes déjà faites sont en sûreté.</translation>
    </message>
    <message>
        <source>Start the kiosk again.</source>
        <translation>Redémarrez la borne.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk does not answer.</source>
        <translation>Le disque de la borne ne répond pas.</translation>
    </message>
    <message>
        <source>No printer</source>
        <translation>Pas d’imprimante</translation>
    </message>
    <message>
        <source>No scanner</source>
        <translation>Pas de lecteur</translation>
    </message>
    <message>
        <source>No cash drawer</source>
        <translation>Pas de tiroir</translation>
    </message>
    <message>
        <source>The office no longer lets you work here.</source>
        <translation>Le bureau ne vous autorise plus à travailler ici.</translation>
    </message>
    <message>
        <source>The scan could not be read. Try again.</source>
        <translation>Lecture impossible. Réessayez.</translation>
    </message>
    <message>
        <source>A ticket was scanned. Finish this first, then scan it again.</source>
        <translation>Un billet a été scanné. Finissez d’abord, puis scannez-le de nouveau.</translation>
    </message>
    <message>
        <source>That PIN is not right.</source>
        <translation>Ce code PIN n’est pas le bon.</translation>
    </message>
    <message>
        <source>This PIN is locked. A supervisor who logs on lifts that, and so does the office.</source>
        <translation>Ce code PIN est bloqué. Un responsable qui s’identifie le débloque, le bureau aussi.</translation>
    </message>
    <message>
        <source>Nobody here may agree to this. Call the office.</source>
        <translation>Personne ici ne peut donner cet accord. Appelez le bureau.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Mobile phone</source>
        <translation>Téléphone mobile</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>Adresse électronique</translation>
    </message>
    <message>
        <source>Something is missing, or not right yet.</source>
        <translation>Il manque quelque chose, ou une erreur reste.</translation>
    </message>
    <message>
        <source>These tickets are sold from {n} years on.</source>
        <translation>Ces billets se vendent à partir de {n}&#x202f;ans.</translation>
    </message>
    <message>
        <source>Is the buyer {n} or older?</source>
        <translation>L’acheteur a-t-il {n}&#x202f;ans ou plus&#x202f;?</translation>
    </message>
    <message>
        <source>Ask for a proof of age if you are not sure. Nobody under {n} may buy these tickets.</source>
        <translation>En cas de doute, demandez une preuve d’âge. Vente interdite aux moins de {n}&#x202f;ans.</translation>
    </message>
    <message>
        <source>The buyer&apos;s details are gone: nobody touched the screen.</source>
        <translation>Les coordonnées de l’acheteur sont effacées&#x202f;: personne n’a touché l’écran.</translation>
    </message>
    <message>
        <source>A package is no longer on offer and was taken out.</source>
        <translation>Une formule n’est plus proposée et a été retirée.</translation>
    </message>
    <message>
        <source>One sale cannot mix currencies. Finish this sale first.</source>
        <translation>Une vente ne mélange pas les monnaies. Finissez d’abord celle-ci.</translation>
    </message>
    <message>
        <source>One sale holds at most {n} tickets.</source>
        <translation>Une vente contient au plus {n} billets.</translation>
    </message>
    <message>
        <source>No change</source>
        <translation>Rien à rendre</translation>
    </message>
    <message>
        <source>Tests for {event} are over: sales are opening.</source>
        <translation>Les essais pour {event} sont finis&#x202f;: les ventes ouvrent.</translation>
    </message>
    <message>
        <source>Sell real tickets once the event is on sale.</source>
        <translation>Vendez de vrais billets dès la mise en vente.</translation>
    </message>
    <message>
        <source>A self-service kiosk sells no test tickets.</source>
        <translation>Une borne en libre-service ne vend pas de billets d’essai.</translation>
    </message>
    <message>
        <source>Try an attended kiosk.</source>
        <translation>Essayez une borne tenue par un opérateur.</translation>
    </message>
    <message>
        <source>The test of {event} was put away.</source>
        <translation>L’essai de {event} a été effacé.</translation>
    </message>
    <message>
        <source>On sale</source>
        <translation>En vente</translation>
    </message>
    <message>
        <source>Not open yet: tests only</source>
        <translation>Pas encore ouvert&#x202f;: essais seuls</translation>
    </message>
    <message>
        <source>Take no money</source>
        <translation>Ne prenez pas d’argent</translation>
    </message>
    <message>
        <source>{event} is on sale now. The test was put away.</source>
        <translation>{event} est en vente. L’essai a été effacé.</translation>
    </message>
    <message>
        <source>What you sell now is a TEST: take no money. It is in no draw.</source>
        <translation>Ceci est un ESSAI&#x202f;: ne prenez pas d’argent. Il ne participe à aucun tirage.</translation>
    </message>
    <message>
        <source>One sale cannot mix tests and real tickets. Finish this one first.</source>
        <translation>Une vente ne mélange pas essais et vrais billets. Finissez d’abord celle-ci.</translation>
    </message>
    <message>
        <source>{event} is not paid for like the rest. Finish this sale first.</source>
        <translation>{event} ne se paie pas comme le reste. Terminez d’abord cette vente.</translation>
    </message>
    <message>
        <source>{n} numbers left</source>
        <translation>{n} numéros restants</translation>
    </message>
    <message>
        <source>{n} days</source>
        <translation>{n} jours</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n}&#x202f;s</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n}&#x202f;min</translation>
    </message>
    <message>
        <source>{h} h {m:02} min</source>
        <translation>{h}&#x202f;h {m:02}&#x202f;min</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>Espèces</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Carte</translation>
    </message>
    <message>
        <source>Cash and card</source>
        <translation>Espèces et carte</translation>
    </message>
    <message>
        <source>Paid {amount}</source>
        <translation>Payé {amount}</translation>
    </message>
    <message>
        <source>Type how much the card has paid: a part of the sum.</source>
        <translation>Saisissez la part payée par carte.</translation>
    </message>
    <message>
        <source>That is not enough.</source>
        <translation>Ce n’est pas assez.</translation>
    </message>
    <message>
        <source>Type the reference that the card terminal shows.</source>
        <translation>Saisissez la référence affichée par le terminal.</translation>
    </message>
    <message>
        <source>Card has paid {amount}</source>
        <translation>Payé {amount} par carte</translation>
    </message>
    <message>
        <source>Test: no money</source>
        <translation>Essai&#x202f;: pas d’argent</translation>
    </message>
    <message>
        <source>Print the TEST ticket</source>
        <translation>Imprimer l’ESSAI</translation>
    </message>
    <message>
        <source>The ticket did not come out</source>
        <translation>Le billet n’est pas sorti</translation>
    </message>
    <message>
        <source>Did the ticket come out whole?</source>
        <translation>Le billet est-il sorti en entier&#x202f;?</translation>
    </message>
    <message>
        <source>Then print it. Or make the sale void and give the money back.</source>
        <translation>Imprimez-le. Ou annulez la vente et rendez l’argent.</translation>
    </message>
    <message>
        <source>Whole: hand it over. Not whole: tear it up and print it again.</source>
        <translation>Entier&#x202f;: remettez-le. Sinon&#x202f;: déchirez-le et imprimez-le de nouveau.</translation>
    </message>
    <message>
        <source>Yes, it is whole</source>
        <translation>Oui, il est entier</translation>
    </message>
    <message>
        <source>Print it now</source>
        <translation>Imprimer</translation>
    </message>
    <message>
        <source>No, print again</source>
        <translation>Non, réimprimer</translation>
    </message>
    <message>
        <source>Misprint: make void</source>
        <translation>Raté&#x202f;: annuler</translation>
    </message>
    <message>
        <source>The counterfoils did not come out</source>
        <translation>Les souches ne sont pas sorties</translation>
    </message>
    <message>
        <source>Did all counterfoils come out?</source>
        <translation>Toutes les souches sont-elles sorties&#x202f;?</translation>
    </message>
    <message>
        <source>Then print them. The buyer has the ticket and need not wait.</source>
        <translation>Imprimez-les. L’acheteur a son billet et n’a pas à attendre.</translation>
    </message>
    <message>
        <source>All there: put them into the drum. Some missing: tear up the rest; a supervisor has them printed again.</source>
        <translation>Toutes là&#x202f;: mettez-les dans l’urne. Sinon&#x202f;: déchirez les autres&#x202f;; un responsable les fait réimprimer.</translation>
    </message>
    <message>
        <source>Yes, all are there</source>
        <translation>Oui, toutes sont là</translation>
    </message>
    <message>
        <source>Print them now</source>
        <translation>Imprimer</translation>
    </message>
    <message>
        <source>No, print them again</source>
        <translation>Non, les réimprimer</translation>
    </message>
    <message>
        <source>Print them later</source>
        <translation>Imprimer plus tard</translation>
    </message>
    <message>
        <source>Then print it. Or make the test void: no money was taken.</source>
        <translation>Imprimez-le. Ou annulez l’essai&#x202f;: rien n’a été encaissé.</translation>
    </message>
    <message>
        <source>The kiosk was interrupted while this ticket was printing.</source>
        <translation>La borne a été interrompue pendant l’impression de ce billet.</translation>
    </message>
    <message>
        <source>Print the counterfoils again</source>
        <translation>Réimprimer les souches</translation>
    </message>
    <message>
        <source>Tear up those that came out before: they must not be in the drum twice.</source>
        <translation>Déchirez celles déjà sorties&#x202f;: elles ne doivent pas être deux fois dans l’urne.</translation>
    </message>
    <message>
        <source>Printing the counterfoils</source>
        <translation>Impression des souches</translation>
    </message>
    <message>
        <source>The kiosk was interrupted while these counterfoils were printing.</source>
        <translation>La borne a été interrompue pendant l’impression de ces souches.</translation>
    </message>
    <message>
        <source>It came out.</source>
        <translation>C’est sorti.</translation>
    </message>
    <message>
        <source>Look the ticket up to print its counterfoils later.</source>
        <translation>Cherchez le billet pour imprimer ses souches plus tard.</translation>
    </message>
    <message>
        <source>Printing ticket {place} of {total}</source>
        <translation>Impression du billet {place} sur {total}</translation>
    </message>
    <message>
        <source>Printing the ticket</source>
        <translation>Impression du billet</translation>
    </message>
    <message>
        <source>The customer changed their mind</source>
        <translation>Le client a changé d’avis</translation>
    </message>
    <message>
        <source>Wrong package or quantity</source>
        <translation>Erreur de formule ou de quantité</translation>
    </message>
    <message>
        <source>The payment did not go through</source>
        <translation>Le paiement n’a pas abouti</translation>
    </message>
    <message>
        <source>The ticket is damaged</source>
        <translation>Le billet est abîmé</translation>
    </message>
    <message>
        <source>The attendant&apos;s PIN</source>
        <translation>Le code PIN de l’agent</translation>
    </message>
    <message>
        <source>Somebody is called. Please wait here.</source>
        <translation>Un agent est appelé. Attendez ici, s’il vous plaît.</translation>
    </message>
    <message>
        <source>The attendant takes {amount} and goes on.</source>
        <translation>L’agent encaisse {amount} et continue.</translation>
    </message>
    <message>
        <source>Who attends?</source>
        <translation>Quel agent&#x202f;?</translation>
    </message>
    <message>
        <source>Please pay the attendant</source>
        <translation>Payez auprès de l’agent</translation>
    </message>
    <message>
        <source>Somebody comes to you. Your choice waits here.</source>
        <translation>Quelqu’un vient vers vous. Votre choix reste ici.</translation>
    </message>
    <message>
        <source>Nothing is on sale here now.</source>
        <translation>Rien n’est en vente ici pour l’instant.</translation>
    </message>
    <message>
        <source>A customer asks for help at this kiosk.</source>
        <translation>Un client demande de l’aide à cette borne.</translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation>Ouvrir le service</translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation>Compter le tiroir</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Clôturer le service</translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation>Recompter le dernier service</translation>
    </message>
    <message>
        <source>Count the float that you start with.</source>
        <translation>Comptez votre fond de caisse.</translation>
    </message>
    <message>
        <source>Nothing changes by counting; it is noted.</source>
        <translation>Compter ne change rien&#x202f;; c’est noté.</translation>
    </message>
    <message>
        <source>Count everything in the drawer, the float too.</source>
        <translation>Comptez tout le tiroir, fond de caisse compris.</translation>
    </message>
    <message>
        <source>Count everything that was in the drawer. What was signed stays; a supplement is made.</source>
        <translation>Comptez tout ce qui était dans le tiroir. Ce qui est signé reste&#x202f;; un complément est établi.</translation>
    </message>
    <message>
        <source>To the cent</source>
        <translation>Compte juste</translation>
    </message>
    <message>
        <source>{amount} over</source>
        <translation>{amount} en trop</translation>
    </message>
    <message>
        <source>{amount} short</source>
        <translation>{amount} manquants</translation>
    </message>
    <message>
        <source>Shift {n} · {name}</source>
        <translation>Service {n} · {name}</translation>
    </message>
    <message>
        <source>Count it first. If nothing is in it, type 0.</source>
        <translation>Comptez d’abord. Si le tiroir est vide, saisissez 0.</translation>
    </message>
    <message>
        <source>The count is noted. Count again, or close the shift.</source>
        <translation>Le compte est noté. Recomptez, ou clôturez le service.</translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation>Ouvrir le tiroir</translation>
    </message>
    <message>
        <source>The drawer is opened without a sale.</source>
        <translation>Le tiroir est ouvert sans vente.</translation>
    </message>
    <message>
        <source>Type an amount.</source>
        <translation>Saisissez un montant.</translation>
    </message>
    <message>
        <source>The report is printing.</source>
        <translation>Le rapport s’imprime.</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Fond de caisse</translation>
    </message>
    <message>
        <source>Sales ({n})</source>
        <translation>Ventes ({n})</translation>
    </message>
    <message>
        <source>Paid by card</source>
        <translation>Payé par carte</translation>
    </message>
    <message>
        <source>Given back for voids</source>
        <translation>Rendu (annulations)</translation>
    </message>
    <message>
        <source>Prizes paid</source>
        <translation>Gains payés</translation>
    </message>
    <message>
        <source>Put in or taken out</source>
        <translation>Dépôts et retraits</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. They or a supervisor close it.</source>
        <translation>C’est le service de {name}, qui le clôture, ou bien un responsable.</translation>
    </message>
    <message>
        <source>No event was sent by the office yet: there is no money to count.</source>
        <translation>Le bureau n’a encore envoyé aucun événement&#x202f;: il n’y a pas d’argent à compter.</translation>
    </message>
    <message>
        <source>No cash drawer is set up.</source>
        <translation>Aucun tiroir-caisse n’est installé.</translation>
    </message>
    <message>
        <source>Choose what it is for.</source>
        <translation>Choisissez pour quoi.</translation>
    </message>
    <message>
        <source>That was {name}&apos;s shift.</source>
        <translation>C’était le service de {name}.</translation>
    </message>
    <message>
        <source>The report is printed. Sign it and keep it with the money.</source>
        <translation>Le rapport est imprimé. Signez-le et gardez-le avec l’argent.</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. It must be closed, by them or by a supervisor, before you can sell.</source>
        <translation>C’est le service de {name}. Avant de vendre, faites-le clôturer par son opérateur ou un responsable.</translation>
    </message>
    <message>
        <source>Voids</source>
        <translation>Annulations</translation>
    </message>
    <message>
        <source>Put cash into the drawer</source>
        <translation>Mettre des espèces dans le tiroir</translation>
    </message>
    <message>
        <source>Take cash out of the drawer</source>
        <translation>Retirer des espèces du tiroir</translation>
    </message>
    <message>
        <source>The shift is open.</source>
        <translation>Le service est ouvert.</translation>
    </message>
    <message>
        <source>The count is what it was before.</source>
        <translation>Le compte n’a pas changé.</translation>
    </message>
    <message>
        <source>It is noted.</source>
        <translation>C’est noté.</translation>
    </message>
    <message>
        <source>The report did not come out.</source>
        <translation>Le rapport n’est pas sorti.</translation>
    </message>
    <message>
        <source>What is expected is shown afterwards.</source>
        <translation>Le montant attendu s’affiche ensuite.</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Attendu</translation>
    </message>
    <message>
        <source>Ticket {validation}.</source>
        <translation>Billet {validation}.</translation>
    </message>
    <message>
        <source>It was a test: no money goes back.</source>
        <translation>C’était un essai&#x202f;: aucun argent à rendre.</translation>
    </message>
    <message>
        <source>Choose a reason.</source>
        <translation>Choisissez un motif.</translation>
    </message>
    <message>
        <source>Make this ticket void</source>
        <translation>Annuler ce billet</translation>
    </message>
    <message>
        <source>Print this ticket again</source>
        <translation>Réimprimer ce billet</translation>
    </message>
    <message>
        <source>Pay this prize?</source>
        <translation>Payer ce gain&#x202f;?</translation>
    </message>
    <message>
        <source>Asking the office</source>
        <translation>Demande au bureau</translation>
    </message>
    <message>
        <source>The office has not answered</source>
        <translation>Le bureau n’a pas répondu</translation>
    </message>
    <message>
        <source>Hand out {amount}</source>
        <translation>Remettez {amount}</translation>
    </message>
    <message>
        <source>Do not pay</source>
        <translation>Ne payez pas</translation>
    </message>
    <message>
        <source>The office notes the payment first. Hand the money out when it has answered.</source>
        <translation>Le bureau note d’abord le paiement. Remettez l’argent quand il a répondu.</translation>
    </message>
    <message>
        <source>Hand nothing out yet.</source>
        <translation>Ne remettez encore rien.</translation>
    </message>
    <message>
        <source>Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking.</source>
        <translation>Ne remettez encore rien. On ne sait pas si le paiement est noté&#x202f;; la borne continue de demander.</translation>
    </message>
    <message>
        <source>Give back {amount} in cash.</source>
        <translation>Rendez {amount} en espèces.</translation>
    </message>
    <message>
        <source>Give back {amount} at the card terminal, reference {reference}.</source>
        <translation>Rendez {amount} au terminal, référence {reference}.</translation>
    </message>
    <message>
        <source>{n} GB</source>
        <translation>{n}&#xa0;Go</translation>
    </message>
    <message>
        <source>{n} MB</source>
        <translation>{n}&#xa0;Mo</translation>
    </message>
    <message>
        <source>Change: {amount}</source>
        <translation>Monnaie à rendre&#x202f;: {amount}</translation>
    </message>
    <message>
        <source>Give back {amount} in cash, and the change of {change}: {total} in all.</source>
        <translation>Rendez {amount} en espèces, et la monnaie de {change}&#x202f;: {total} en tout.</translation>
    </message>
    <message>
        <source>Log on to look up a ticket.</source>
        <translation>Identifiez-vous pour chercher un billet.</translation>
    </message>
    <message>
        <source>Void.</source>
        <translation>Annulé.</translation>
    </message>
    <message>
        <source>{pay} is now noted as paid here. Hand it out if you have not.</source>
        <translation>Le paiement de {pay} est maintenant noté ici. Remettez l’argent si ce n’est pas fait.</translation>
    </message>
    <message>
        <source>Give the change of {amount} in cash.</source>
        <translation>Rendez la monnaie de {amount} en espèces.</translation>
    </message>
    <message>
        <source>The last prize is not paid here.</source>
        <translation>Le dernier gain n’est pas payé ici.</translation>
    </message>
    <message>
        <source>Do not switch off or delete anything. Call the office, which recovers the sales.</source>
        <translation>N’éteignez rien, n’effacez rien. Appelez le bureau, qui récupère les ventes.</translation>
    </message>
    <message>
        <source>Go back, correct it and try again.</source>
        <translation>Revenez, corrigez et réessayez.</translation>
    </message>
    <message>
        <source>Ask a supervisor.</source>
        <translation>Demandez à un responsable.</translation>
    </message>
    <message>
        <source>Have the program installed again.</source>
        <translation>Faites réinstaller le programme.</translation>
    </message>
    <message>
        <source>A supervisor can change it in the settings.</source>
        <translation>Un responsable peut le changer dans les réglages.</translation>
    </message>
    <message>
        <source>The kiosk cannot sell</source>
        <translation>La borne ne peut pas vendre</translation>
    </message>
    <message>
        <source>The kiosk is already running</source>
        <translation>La borne fonctionne déjà</translation>
    </message>
    <message>
        <source>Use the one that runs, or end it and try again.</source>
        <translation>Utilisez celle qui fonctionne, ou arrêtez-la et réessayez.</translation>
    </message>
    <message>
        <source>This program is too old</source>
        <translation>Ce programme est trop ancien</translation>
    </message>
    <message>
        <source>Have the newer program installed again.</source>
        <translation>Faites réinstaller le programme récent.</translation>
    </message>
    <message>
        <source>The journal is damaged</source>
        <translation>Le journal est endommagé</translation>
    </message>
    <message>
        <source>The journal is missing</source>
        <translation>Le journal manque</translation>
    </message>
    <message>
        <source>The journal cannot be read</source>
        <translation>Le journal est illisible</translation>
    </message>
    <message>
        <source>The kiosk&apos;s identity cannot be read</source>
        <translation>L’identité de la borne est illisible</translation>
    </message>
    <message>
        <source>This disk is an old copy</source>
        <translation>Ce disque est une ancienne copie</translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program</source>
        <translation>Ce n’est pas le programme de l’éditeur</translation>
    </message>
    <message>
        <source>The program cannot be read</source>
        <translation>Le programme est illisible</translation>
    </message>
    <message>
        <source>The screens cannot be shown</source>
        <translation>Les écrans ne s’affichent pas</translation>
    </message>
    <message>
        <source>The disk fails</source>
        <translation>Le disque est en panne</translation>
    </message>
    <message>
        <source>Call the office; the disk has to be changed.</source>
        <translation>Appelez le bureau&#x202f;; le disque doit être changé.</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>Le disque est plein</translation>
    </message>
    <message>
        <source>Call the office, which makes room.</source>
        <translation>Appelez le bureau, qui fait de la place.</translation>
    </message>
    <message>
        <source>The disk is nearly full</source>
        <translation>Le disque est presque plein</translation>
    </message>
    <message>
        <source>The disk does not answer</source>
        <translation>Le disque ne répond pas</translation>
    </message>
    <message>
        <source>The events cannot be read</source>
        <translation>Les événements sont illisibles</translation>
    </message>
    <message>
        <source>Connect the kiosk to the office.</source>
        <translation>Connectez la borne au bureau.</translation>
    </message>
    <message>
        <source>The clock is wrong</source>
        <translation>L’horloge est fausse</translation>
    </message>
    <message>
        <source>Have the clock set right.</source>
        <translation>Faites régler l’horloge.</translation>
    </message>
    <message>
        <source>Switch it off and on to enrol it anew.</source>
        <translation>Éteignez-la et rallumez-la pour l’inscrire de nouveau.</translation>
    </message>
    <message>
        <source>The kiosk could not be logged out</source>
        <translation>La désinscription a échoué</translation>
    </message>
    <message>
        <source>This kiosk is disabled</source>
        <translation>Cette borne est désactivée</translation>
    </message>
    <message>
        <source>Ask the office to enable it.</source>
        <translation>Demandez au bureau de l’activer.</translation>
    </message>
    <message>
        <source>This kiosk is suspended</source>
        <translation>Cette borne est suspendue</translation>
    </message>
    <message>
        <source>This kiosk was revoked</source>
        <translation>Cette borne est révoquée</translation>
    </message>
    <message>
        <source>This kiosk is retired</source>
        <translation>Cette borne est hors service</translation>
    </message>
    <message>
        <source>This kiosk is not enabled yet</source>
        <translation>Cette borne n’est pas encore activée</translation>
    </message>
    <message>
        <source>All sales are stopped</source>
        <translation>Toutes les ventes sont arrêtées</translation>
    </message>
    <message>
        <source>Nothing to sell yet</source>
        <translation>Rien à vendre pour l’instant</translation>
    </message>
    <message>
        <source>The office cannot read this journal</source>
        <translation>Le bureau ne peut pas lire ce journal</translation>
    </message>
    <message>
        <source>This event is not here</source>
        <translation>Cet événement n’est pas ici</translation>
    </message>
    <message>
        <source>This package is not on offer</source>
        <translation>Cette formule n’est pas proposée</translation>
    </message>
    <message>
        <source>Choose another package.</source>
        <translation>Choisissez une autre formule.</translation>
    </message>
    <message>
        <source>Not on sale yet</source>
        <translation>Pas encore en vente</translation>
    </message>
    <message>
        <source>The office has to activate it.</source>
        <translation>Le bureau doit l’activer.</translation>
    </message>
    <message>
        <source>Sales are paused</source>
        <translation>Les ventes sont suspendues</translation>
    </message>
    <message>
        <source>The event was cancelled</source>
        <translation>L’événement est annulé</translation>
    </message>
    <message>
        <source>Sales are closed</source>
        <translation>Les ventes sont closes</translation>
    </message>
    <message>
        <source>No numbers are left</source>
        <translation>Il ne reste plus de numéros</translation>
    </message>
    <message>
        <source>Connect the kiosk: it asks the office for more.</source>
        <translation>Connectez la borne&#x202f;: elle en demande au bureau.</translation>
    </message>
    <message>
        <source>No numbers yet</source>
        <translation>Pas encore de numéros</translation>
    </message>
    <message>
        <source>Connect the kiosk: the office hands them out.</source>
        <translation>Connectez la borne&#xa0;: c’est le bureau qui les attribue.</translation>
    </message>
    <message>
        <source>Tests are over</source>
        <translation>Les essais sont terminés</translation>
    </message>
    <message>
        <source>Not sold in this way</source>
        <translation>Ne se vend pas ainsi</translation>
    </message>
    <message>
        <source>The office cannot be reached</source>
        <translation>Le bureau est injoignable</translation>
    </message>
    <message>
        <source>Connect the kiosk to the network.</source>
        <translation>Connectez la borne au réseau.</translation>
    </message>
    <message>
        <source>Too much is not uploaded</source>
        <translation>Trop de ventes non envoyées</translation>
    </message>
    <message>
        <source>The numbers have expired</source>
        <translation>Les numéros ont expiré</translation>
    </message>
    <message>
        <source>The buyer&apos;s age has to be seen</source>
        <translation>L’âge de l’acheteur est à vérifier</translation>
    </message>
    <message>
        <source>Ask for the buyer&apos;s age.</source>
        <translation>Demandez l’âge de l’acheteur.</translation>
    </message>
    <message>
        <source>The basket is too large, or empty</source>
        <translation>Le panier est trop grand, ou vide</translation>
    </message>
    <message>
        <source>Sell it in several sales.</source>
        <translation>Faites-en plusieurs ventes.</translation>
    </message>
    <message>
        <source>Two currencies in one sale</source>
        <translation>Deux monnaies dans une vente</translation>
    </message>
    <message>
        <source>Sell them one after the other.</source>
        <translation>Vendez l’un après l’autre.</translation>
    </message>
    <message>
        <source>The card&apos;s amount does not fit</source>
        <translation>Le montant de la carte ne convient pas</translation>
    </message>
    <message>
        <source>The card&apos;s reference is missing</source>
        <translation>Il manque la référence de la carte</translation>
    </message>
    <message>
        <source>Type what the terminal printed.</source>
        <translation>Saisissez ce que le terminal a imprimé.</translation>
    </message>
    <message>
        <source>The buyer&apos;s details are missing</source>
        <translation>Il manque les coordonnées de l’acheteur</translation>
    </message>
    <message>
        <source>Ask the buyer for them.</source>
        <translation>Demandez-les à l’acheteur.</translation>
    </message>
    <message>
        <source>Not paid for in this way</source>
        <translation>Ne se paie pas ainsi</translation>
    </message>
    <message>
        <source>Choose another way to pay.</source>
        <translation>Choisissez un autre moyen de paiement.</translation>
    </message>
    <message>
        <source>Not enough was given</source>
        <translation>Somme reçue insuffisante</translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet</source>
        <translation>L’impression d’un billet est sans issue connue</translation>
    </message>
    <message>
        <source>Say first whether it came out whole.</source>
        <translation>Dites d’abord s’il est sorti en entier.</translation>
    </message>
    <message>
        <source>Already void</source>
        <translation>Déjà annulé</translation>
    </message>
    <message>
        <source>Give no money back again.</source>
        <translation>Ne rendez pas l’argent une deuxième fois.</translation>
    </message>
    <message>
        <source>Not to be made void</source>
        <translation>Ne peut pas être annulé</translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation>Pas vendu ici</translation>
    </message>
    <message>
        <source>Ask the kiosk that sold it, or the office.</source>
        <translation>Adressez-vous à la borne qui l’a vendu, ou au bureau.</translation>
    </message>
    <message>
        <source>No counterfoils to print</source>
        <translation>Pas de souches à imprimer</translation>
    </message>
    <message>
        <source>Nothing is to be done.</source>
        <translation>Il n’y a rien à faire.</translation>
    </message>
    <message>
        <source>No ticket</source>
        <translation>Pas de billet</translation>
    </message>
    <message>
        <source>A reason is missing</source>
        <translation>Il manque un motif</translation>
    </message>
    <message>
        <source>Choose or type one.</source>
        <translation>Choisissez ou saisissez-en un.</translation>
    </message>
    <message>
        <source>A prize is being asked for</source>
        <translation>Une demande de gain est en cours</translation>
    </message>
    <message>
        <source>Wait for the office&apos;s answer to it.</source>
        <translation>Attendez la réponse du bureau.</translation>
    </message>
    <message>
        <source>Nobody is logged on</source>
        <translation>Personne n’est identifié</translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation>Aucun service ouvert</translation>
    </message>
    <message>
        <source>Count the float and open one.</source>
        <translation>Comptez le fond de caisse et ouvrez-en un.</translation>
    </message>
    <message>
        <source>Another operator&apos;s shift is open</source>
        <translation>Le service d’un autre opérateur est ouvert</translation>
    </message>
    <message>
        <source>They, or a supervisor, close it.</source>
        <translation>Cette personne ou un responsable le clôture.</translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation>Un service est ouvert</translation>
    </message>
    <message>
        <source>Close it first.</source>
        <translation>Clôturez-le d’abord.</translation>
    </message>
    <message>
        <source>The drawer is not counted</source>
        <translation>Le tiroir n’est pas compté</translation>
    </message>
    <message>
        <source>Count it first.</source>
        <translation>Comptez-le d’abord.</translation>
    </message>
    <message>
        <source>No amount</source>
        <translation>Pas de montant</translation>
    </message>
    <message>
        <source>A supervisor has to agree</source>
        <translation>Un responsable doit donner son accord</translation>
    </message>
    <message>
        <source>A setting cannot be meant</source>
        <translation>Un réglage n’est pas valable</translation>
    </message>
    <message>
        <source>Correct it in the settings&apos; file.</source>
        <translation>Corrigez-le dans le fichier des réglages.</translation>
    </message>
    <message>
        <source>Not a server&apos;s address</source>
        <translation>Ce n’est pas l’adresse d’un serveur</translation>
    </message>
    <message>
        <source>Ask the office for it.</source>
        <translation>Demandez-la au bureau.</translation>
    </message>
    <message>
        <source>The server&apos;s address is not safe</source>
        <translation>L’adresse du serveur n’est pas sûre</translation>
    </message>
    <message>
        <source>Not this kiosk&apos;s certificate</source>
        <translation>Ce n’est pas le certificat de cette borne</translation>
    </message>
    <message>
        <source>The office does not answer</source>
        <translation>Le bureau ne répond pas</translation>
    </message>
    <message>
        <source>Check the address and the network.</source>
        <translation>Vérifiez l’adresse et le réseau.</translation>
    </message>
    <message>
        <source>Set on the command line</source>
        <translation>Fixé en ligne de commande</translation>
    </message>
    <message>
        <source>The office has not got everything</source>
        <translation>Le bureau n’a pas tout</translation>
    </message>
    <message>
        <source>Connect the kiosk, or export.</source>
        <translation>Connectez la borne, ou exportez.</translation>
    </message>
    <message>
        <source>No USB stick</source>
        <translation>Pas de clé USB</translation>
    </message>
    <message>
        <source>The export could not be written</source>
        <translation>L’export n’a pas pu être écrit</translation>
    </message>
    <message>
        <source>Use another USB stick.</source>
        <translation>Utilisez une autre clé USB.</translation>
    </message>
    <message>
        <source>Not a kiosk&apos;s data folder</source>
        <translation>Ce n’est pas un dossier de données de borne</translation>
    </message>
    <message>
        <source>This kiosk is nobody yet</source>
        <translation>Cette borne n’est pas encore inscrite</translation>
    </message>
    <message>
        <source>Enrol it with a code of the office.</source>
        <translation>Inscrivez-la avec un code du bureau.</translation>
    </message>
    <message>
        <source>The second copy cannot be written</source>
        <translation>La copie de secours ne s’écrit pas</translation>
    </message>
    <message>
        <source>Check the USB stick or SD card.</source>
        <translation>Vérifiez la clé USB ou la carte SD.</translation>
    </message>
    <message>
        <source>Another kiosk&apos;s second copy</source>
        <translation>La copie de secours d’une autre borne</translation>
    </message>
    <message>
        <source>Use a medium of its own.</source>
        <translation>Utilisez un support réservé à celle-ci.</translation>
    </message>
    <message>
        <source>The second copy is damaged</source>
        <translation>La copie de secours est endommagée</translation>
    </message>
    <message>
        <source>Use another USB stick or SD card.</source>
        <translation>Utilisez une autre clé USB ou carte SD.</translation>
    </message>
    <message>
        <source>Numbers that cannot be used</source>
        <translation>Numéros inutilisables</translation>
    </message>
    <message>
        <source>Another kiosk&apos;s events</source>
        <translation>Les événements d’une autre borne</translation>
    </message>
    <message>
        <source>Events that the office did not sign</source>
        <translation>Événements non signés par le bureau</translation>
    </message>
    <message>
        <source>Older events than the kiosk has</source>
        <translation>Événements plus anciens que ceux de la borne</translation>
    </message>
    <message>
        <source>Too many events</source>
        <translation>Trop d’événements</translation>
    </message>
    <message>
        <source>Events that cannot be read</source>
        <translation>Événements illisibles</translation>
    </message>
    <message>
        <source>Language of the screens</source>
        <translation>Langue des écrans</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>Text and buttons</source>
        <translation>Texte et boutons</translation>
    </message>
    <message>
        <source>Who serves</source>
        <translation>Qui sert</translation>
    </message>
    <message>
        <source>Selling</source>
        <translation>Vente</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>Imprimante</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>Papier</translation>
    </message>
    <message>
        <source>Scanner</source>
        <translation>Lecteur</translation>
    </message>
    <message>
        <source>Cash drawer</source>
        <translation>Tiroir-caisse</translation>
    </message>
    <message>
        <source>Second copy</source>
        <translation>Copie de secours</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clair</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombre</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Fort contraste</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>Grand</translation>
    </message>
    <message>
        <source>An operator</source>
        <translation>Un opérateur</translation>
    </message>
    <message>
        <source>Buyers themselves</source>
        <translation>L’acheteur lui-même</translation>
    </message>
    <message>
        <source>Confirm each sale</source>
        <translation>Confirmer chaque vente</translation>
    </message>
    <message>
        <source>Fast: two taps</source>
        <translation>Rapide&#x202f;: deux touches</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Sans</translation>
    </message>
    <message>
        <source>At the printer</source>
        <translation>Sur l’imprimante</translation>
    </message>
    <message>
        <source>Print a test page</source>
        <translation>Page d’essai</translation>
    </message>
    <message>
        <source>Scan something</source>
        <translation>Scanner un code</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disque</translation>
    </message>
    <message>
        <source>Write to it</source>
        <translation>Y écrire</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Horloge</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparer</translation>
    </message>
    <message>
        <source>Office</source>
        <translation>Bureau</translation>
    </message>
    <message>
        <source>Ask the office</source>
        <translation>Demander au bureau</translation>
    </message>
    <message>
        <source>Journal</source>
        <translation>Journal</translation>
    </message>
    <message>
        <source>Check every entry</source>
        <translation>Tout vérifier</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Check every file</source>
        <translation>Tout vérifier</translation>
    </message>
    <message>
        <source>Scan a ticket, or any code.</source>
        <translation>Scannez un billet ou un code quelconque.</translation>
    </message>
    <message>
        <source>All sales uploaded. The office has confirmed them.</source>
        <translation>Toutes les ventes sont envoyées. Le bureau les a confirmées.</translation>
    </message>
    <message>
        <source>Talking to the office.</source>
        <translation>Échange avec le bureau.</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>Recherche…</translation>
    </message>
    <message>
        <source>It read: {text}</source>
        <translation>Lu&#x202f;: {text}</translation>
    </message>
    <message>
        <source>Open the settings</source>
        <translation>Ouvrir les réglages</translation>
    </message>
    <message>
        <source>What is changed here is noted with your name.</source>
        <translation>Ce qui change ici est noté à votre nom.</translation>
    </message>
    <message>
        <source>Written to {medium}: {file}. Take it to the office.</source>
        <translation>Écrit sur {medium}&#x202f;: {file}. Portez-le au bureau.</translation>
    </message>
    <message>
        <source>Plug a USB stick in first.</source>
        <translation>Branchez d’abord une clé USB.</translation>
    </message>
    <message>
        <source>The office has everything.</source>
        <translation>Le bureau a tout.</translation>
    </message>
    <message>
        <source>Nothing would start it again: switch the kiosk off and on.</source>
        <translation>Rien ne la relancerait&#x202f;: éteignez et rallumez la borne.</translation>
    </message>
    <message>
        <source>{n} mm</source>
        <translation>{n}&#x202f;mm</translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation>pas encore comparée</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>à l’heure</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Jamais</translation>
    </message>
    <message>
        <source>{span} ago</source>
        <translation>il y a {span}</translation>
    </message>
    <message>
        <source>Sales still to be uploaded: {n}. Keep the kiosk on and connected.</source>
        <translation>Ventes encore à envoyer&#x202f;: {n}. Laissez la borne allumée et connectée.</translation>
    </message>
    <message>
        <source>Log on first.</source>
        <translation>Identifiez-vous d’abord.</translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}. Connect the kiosk, or export them to a USB stick.</source>
        <translation>Entrées que le bureau n’a pas&#x202f;: {n}. Connectez la borne, ou exportez-les sur une clé USB.</translation>
    </message>
    <message>
        <source>A shift is open. Close it first.</source>
        <translation>Un service est ouvert. Clôturez-le d’abord.</translation>
    </message>
    <message>
        <source>None is set up.</source>
        <translation>Rien n’est installé.</translation>
    </message>
    <message>
        <source>A supervisor can choose one in the settings.</source>
        <translation>Un responsable peut choisir dans les réglages.</translation>
    </message>
    <message>
        <source>Export what is not uploaded</source>
        <translation>Exporter le non-envoyé</translation>
    </message>
    <message>
        <source>Export the whole journal</source>
        <translation>Exporter tout le journal</translation>
    </message>
    <message>
        <source>Start the kiosk again</source>
        <translation>Redémarrer la borne</translation>
    </message>
    <message>
        <source>Log this kiosk out of the office</source>
        <translation>Désinscrire cette borne</translation>
    </message>
    <message>
        <source>{span} fast</source>
        <translation>avance de {span}</translation>
    </message>
    <message>
        <source>{span} slow</source>
        <translation>retard de {span}</translation>
    </message>
    <message>
        <source>Closes in {span}</source>
        <translation>Ferme dans {span}</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Last contact</source>
        <translation>Dernier contact</translation>
    </message>
    <message>
        <source>Sales to upload</source>
        <translation>Ventes à envoyer</translation>
    </message>
    <message>
        <source>{head} entries, {n} at the office</source>
        <translation>{head} entrées, {n} au bureau</translation>
    </message>
    <message>
        <source>Events and prices</source>
        <translation>Événements et prix</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Version {version}</translation>
    </message>
    <message>
        <source>Free disk</source>
        <translation>Disque libre</translation>
    </message>
    <message>
        <source>All sales are uploaded. Waiting for the office to confirm that it has them all. Keep the kiosk on and connected.</source>
        <translation>Toutes les ventes sont envoyées. Le bureau doit encore confirmer qu’il les a toutes. Laissez la borne allumée et connectée.</translation>
    </message>
    <message>
        <source>Sales for {event} close in one minute.</source>
        <translation>Les ventes pour {event} ferment dans une minute.</translation>
    </message>
    <message>
        <source>Sales for {event} close in {n} minutes.</source>
        <translation>Les ventes pour {event} ferment dans {n} minutes.</translation>
    </message>
    <message>
        <source>Everything is at the office.</source>
        <translation>Tout est arrivé au bureau.</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Pas encore contrôlé.</translation>
    </message>
    <message>
        <source>is still to be closed.</source>
        <translation>reste à clôturer.</translation>
    </message>
    <message>
        <source>Nothing was scanned.</source>
        <translation>Rien n’a été scanné.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Réessayez.</translation>
    </message>
    <message>
        <source>The office did not answer.</source>
        <translation>Le bureau n’a pas répondu.</translation>
    </message>
    <message>
        <source>The office does not answer.</source>
        <translation>Le bureau ne répond pas.</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Démarrage</translation>
    </message>
    <message>
        <source>Type the server&apos;s address and the code that the office gave you.</source>
        <translation>Saisissez l’adresse du serveur et le code donnés par le bureau.</translation>
    </message>
    <message>
        <source>Almost ready</source>
        <translation>Bientôt prête</translation>
    </message>
    <message>
        <source>This kiosk is enrolled. It has still to be enabled.</source>
        <translation>Cette borne est inscrite. Il reste à l’activer.</translation>
    </message>
    <message>
        <source>Ask the office to enable {kiosk} (Kiosks, Enable). It starts by itself.</source>
        <translation>Demandez au bureau d’activer {kiosk}. La suite est automatique.</translation>
    </message>
    <message>
        <source>This kiosk cannot sell</source>
        <translation>Cette borne ne peut pas vendre</translation>
    </message>
    <message>
        <source>Fetching events from the office</source>
        <translation>Réception des événements du bureau</translation>
    </message>
    <message>
        <source>this kiosk</source>
        <translation>cette borne</translation>
    </message>
    <message>
        <source>Genuine</source>
        <translation>Authentique</translation>
    </message>
    <message>
        <source>A winner</source>
        <translation>Gagnant</translation>
    </message>
    <message>
        <source>Already paid</source>
        <translation>Déjà payé</translation>
    </message>
    <message>
        <source>No longer paid</source>
        <translation>N’est plus payé</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>Annulé</translation>
    </message>
    <message>
        <source>Cannot tell</source>
        <translation>Indéterminé</translation>
    </message>
    <message>
        <source>Forged</source>
        <translation>Faux</translation>
    </message>
    <message>
        <source>Another organisation</source>
        <translation>Autre organisation</translation>
    </message>
    <message>
        <source>Not a ticket</source>
        <translation>Pas un billet</translation>
    </message>
    <message>
        <source>A genuine ticket. Whether it is void or paid is known only as of the last contact with the office.</source>
        <translation>Billet authentique. Annulation et paiement ne sont connus qu’au dernier contact avec le bureau.</translation>
    </message>
    <message>
        <source>Paying needs the network; send the winner to the claims desk.</source>
        <translation>Le paiement exige le réseau&#x202f;; envoyez le gagnant au guichet des gains.</translation>
    </message>
    <message>
        <source>Now, from the office</source>
        <translation>À l’instant, du bureau</translation>
    </message>
    <message>
        <source>In no draw</source>
        <translation>Aucun tirage</translation>
    </message>
    <message>
        <source>This code is not a ticket&apos;s.</source>
        <translation>Ce code n’est pas celui d’un billet.</translation>
    </message>
    <message>
        <source>Typing mistake</source>
        <translation>Erreur de saisie</translation>
    </message>
    <message>
        <source>A character of the validation number is wrong. Type it again.</source>
        <translation>Un caractère du numéro de validation est faux. Saisissez-le de nouveau.</translation>
    </message>
    <message>
        <source>The code&apos;s signature is false: no kiosk made this ticket.</source>
        <translation>La signature du code est fausse&#x202f;: aucune borne n’a fait ce billet.</translation>
    </message>
    <message>
        <source>This kiosk did not sell it and cannot tell. Ask the office or scan its QR.</source>
        <translation>Cette borne ne l’a pas vendu et ne peut rien dire. Demandez au bureau ou scannez son code QR.</translation>
    </message>
    <message>
        <source>A kiosk that is not known here signed it. Ask the office.</source>
        <translation>Une borne inconnue ici l’a signé. Demandez au bureau.</translation>
    </message>
    <message>
        <source>Test ticket: in no draw</source>
        <translation>Billet d’essai&#x202f;: aucun tirage</translation>
    </message>
    <message>
        <source>It was sold before the event opened, to try the kiosk. It cannot win, and no money was taken.</source>
        <translation>Vendu avant l’ouverture, pour essayer la borne. Il ne peut pas gagner, et rien n’a été encaissé.</translation>
    </message>
    <message>
        <source>Another event</source>
        <translation>Autre événement</translation>
    </message>
    <message>
        <source>A ticket of an event that this kiosk does not have.</source>
        <translation>Un billet d’un événement que cette borne n’a pas.</translation>
    </message>
    <message>
        <source>A validation number has {n} characters; you typed {typed}.</source>
        <translation>Un numéro de validation a {n} caractères&#x202f;; vous en avez saisi {typed}.</translation>
    </message>
    <message>
        <source>Won {prizes}, but the prize is no longer paid. The office can say why.</source>
        <translation>Gagne {prizes}, mais ce lot n’est plus payé. Le bureau peut dire pourquoi.</translation>
    </message>
    <message>
        <source>A genuine ticket. It has not won this time.</source>
        <translation>Billet authentique. Il n’a pas gagné cette fois.</translation>
    </message>
    <message>
        <source>Send the winner to the claims desk with this ticket.</source>
        <translation>Envoyez le gagnant au guichet des gains avec ce billet.</translation>
    </message>
    <message>
        <source>The office is asked whether it can be paid here.</source>
        <translation>On demande au bureau s’il peut être payé ici.</translation>
    </message>
    <message>
        <source>Wrong length</source>
        <translation>Longueur fausse</translation>
    </message>
    <message>
        <source>The office has made this ticket void.</source>
        <translation>Le bureau a annulé ce billet.</translation>
    </message>
    <message>
        <source>This ticket was made void.</source>
        <translation>Ce billet a été annulé.</translation>
    </message>
    <message>
        <source>Won {prizes}; the prize was paid.</source>
        <translation>Gagne {prizes}&#x202f;; le lot a été payé.</translation>
    </message>
    <message>
        <source>Won {prizes}.</source>
        <translation>Gagne {prizes}.</translation>
    </message>
    <message>
        <source>Nothing has been sent yet.</source>
        <translation>Rien n’a encore été envoyé.</translation>
    </message>
    <message>
        <source>Uploading sales.</source>
        <translation>Envoi des ventes.</translation>
    </message>
    <message>
        <source>Uploading sales in smaller parts.</source>
        <translation>Envoi des ventes par parties plus petites.</translation>
    </message>
    <message>
        <source>The office refuses this kiosk.</source>
        <translation>Le bureau refuse cette borne.</translation>
    </message>
    <message>
        <source>The office cannot be reached.</source>
        <translation>Le bureau est injoignable.</translation>
    </message>
    <message>
        <source>The office is busy.</source>
        <translation>Le bureau est occupé.</translation>
    </message>
    <message>
        <source>The office holds other sales under this kiosk&apos;s name than this disk does.</source>
        <translation>Le bureau a, au nom de cette borne, d’autres ventes que ce disque.</translation>
    </message>
    <message>
        <source>The office holds sales of this kiosk that this disk does not: it is an old copy.</source>
        <translation>Le bureau a des ventes de cette borne que ce disque n’a pas&#x202f;: c’est une ancienne copie.</translation>
    </message>
    <message>
        <source>The office cannot read entry {n} of this kiosk&apos;s journal.</source>
        <translation>Le bureau ne peut pas lire l’entrée {n} du journal de cette borne.</translation>
    </message>
    <message>
        <source>All uploaded.</source>
        <translation>Tout est envoyé.</translation>
    </message>
    <message>
        <source>YOUR {n} DRAW NUMBERS</source>
        <translation>VOS {n} NUMÉROS DE TIRAGE</translation>
    </message>
    <message>
        <source>YOUR DRAW NUMBER</source>
        <translation>VOTRE NUMÉRO DE TIRAGE</translation>
    </message>
    <message>
        <source>Draw numbers</source>
        <translation>Numéros de tirage</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>Vendu le</translation>
    </message>
    <message>
        <source>Kiosk</source>
        <translation>Borne</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Numéro de validation</translation>
    </message>
    <message>
        <source>Results: {where}</source>
        <translation>Résultats&#x202f;: {where}</translation>
    </message>
    <message>
        <source>Claim by: {when}</source>
        <translation>Gain à réclamer&#x202f;: {when}</translation>
    </message>
    <message>
        <source>Licence {licence} · Event {n}</source>
        <translation>Licence {licence} · Évén. {n}</translation>
    </message>
    <message>
        <source>Event {n}</source>
        <translation>Événement {n}</translation>
    </message>
    <message>
        <source>AGAIN {n}</source>
        <translation>BIS {n}</translation>
    </message>
    <message>
        <source>TEST TICKET</source>
        <translation>BILLET D’ESSAI</translation>
    </message>
    <message>
        <source>Not valid in any draw</source>
        <translation>Ne participe à aucun tirage</translation>
    </message>
    <message>
        <source>REPRINT {n}</source>
        <translation>DUPLICATA {n}</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>Tirage</translation>
    </message>
    <message>
        <source>A copy of a ticket already sold. It wins once.</source>
        <translation>Copie d’un billet déjà vendu. Il ne gagne qu’une fois.</translation>
    </message>
    <message>
        <source>Paid back</source>
        <translation>Remboursé</translation>
    </message>
    <message>
        <source>Back by card</source>
        <translation>Rendu par carte</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Référence</translation>
    </message>
    <message>
        <source>It was a test.</source>
        <translation>C’était un essai.</translation>
    </message>
    <message>
        <source>VOID</source>
        <translation>ANNULÉ</translation>
    </message>
    <message>
        <source>These numbers are in no draw.</source>
        <translation>Ces numéros ne participent à aucun tirage.</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Motif</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Date</translation>
    </message>
    <message>
        <source>Prize {n}</source>
        <translation>Lot {n}</translation>
    </message>
    <message>
        <source>OVER</source>
        <translation>EXCÉDENT</translation>
    </message>
    <message>
        <source>SHORT</source>
        <translation>MANQUE</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Opérateur</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>Responsable</translation>
    </message>
    <message>
        <source>Printed {at}</source>
        <translation>Imprimé le {at}</translation>
    </message>
    <message>
        <source>So far. The shift goes on.</source>
        <translation>Provisoire. Le service continue.</translation>
    </message>
    <message>
        <source>What changed since the shift was closed.</source>
        <translation>Ce qui a changé depuis la clôture du service.</translation>
    </message>
    <message>
        <source>TO THE CENT</source>
        <translation>COMPTE JUSTE</translation>
    </message>
    <message>
        <source>More change</source>
        <translation>Apport de monnaie</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>Autre motif</translation>
    </message>
    <message>
        <source>To the safe</source>
        <translation>Vers le coffre</translation>
    </message>
    <message>
        <source>Change given away</source>
        <translation>Monnaie cédée</translation>
    </message>
    <message>
        <source>X report</source>
        <translation>Rapport X</translation>
    </message>
    <message>
        <source>Z report</source>
        <translation>Rapport Z</translation>
    </message>
    <message>
        <source>Supplement {n}</source>
        <translation>Complément {n}</translation>
    </message>
    <message>
        <source>Given back at the card terminal</source>
        <translation>Rendu au terminal</translation>
    </message>
    <message>
        <source>Numbers sold</source>
        <translation>Numéros vendus</translation>
    </message>
    <message>
        <source>Voids ({n})</source>
        <translation>Annulations ({n})</translation>
    </message>
    <message>
        <source>After voids</source>
        <translation>Après annulations</translation>
    </message>
    <message>
        <source>Drawer</source>
        <translation>Tiroir</translation>
    </message>
    <message>
        <source>Sales in cash</source>
        <translation>Ventes en espèces</translation>
    </message>
    <message>
        <source>{name} has a shift open on this kiosk.</source>
        <translation>{name} a un service ouvert sur cette borne.</translation>
    </message>
    <message>
        <source>It must be closed first, by them or by a supervisor.</source>
        <translation>Il faut d’abord le clôturer&#x202f;: cette personne ou un responsable.</translation>
    </message>
    <message>
        <source>That shift is not closed, or lies too far back.</source>
        <translation>Ce service n’est pas clôturé, ou est trop ancien.</translation>
    </message>
    <message>
        <source>A ticket has not come out whole yet.</source>
        <translation>Un billet n’est pas encore sorti en entier.</translation>
    </message>
    <message>
        <source>Print it again or void it first.</source>
        <translation>Réimprimez-le ou annulez-le d’abord.</translation>
    </message>
    <message>
        <source>The drawer has not been counted ({what}).</source>
        <translation>Le tiroir n’a pas été compté ({what}).</translation>
    </message>
    <message>
        <source>Count it, then close the shift.</source>
        <translation>Comptez-le, puis clôturez le service.</translation>
    </message>
    <message>
        <source>No shift is open.</source>
        <translation>Aucun service n’est ouvert.</translation>
    </message>
    <message>
        <source>Open one first.</source>
        <translation>Ouvrez-en un d’abord.</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift.</source>
        <translation>C’est le service de {name}.</translation>
    </message>
    <message>
        <source>Only they or a supervisor may do this.</source>
        <translation>Réservé à cette personne ou à un responsable.</translation>
    </message>
    <message>
        <source>Only a supervisor may do this.</source>
        <translation>Réservé à un responsable.</translation>
    </message>
    <message>
        <source>There is no such shift here any more.</source>
        <translation>Ce service n’est plus ici.</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>Ouvert</translation>
    </message>
    <message>
        <source>Journal entries</source>
        <translation>Entrées du journal</translation>
    </message>
    <message>
        <source>Counted, piece by piece</source>
        <translation>Compté, par pièce</translation>
    </message>
    <message>
        <source>Sales in {currency}</source>
        <translation>Ventes en {currency}</translation>
    </message>
    <message>
        <source>Sales</source>
        <translation>Ventes</translation>
    </message>
    <message>
        <source>Card terminal</source>
        <translation>Terminal de carte</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>Rendu</translation>
    </message>
    <message>
        <source>The terminal should say</source>
        <translation>Selon le terminal</translation>
    </message>
    <message>
        <source>Should be in the drawer</source>
        <translation>Attendu au tiroir</translation>
    </message>
    <message>
        <source>Counted, difference</source>
        <translation>Compté, écart</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Clôturé</translation>
    </message>
    <message>
        <source>Until now</source>
        <translation>Jusqu’à présent</translation>
    </message>
    <message>
        <source>Drawer opened without a sale</source>
        <translation>Tiroir ouvert sans vente</translation>
    </message>
    <message>
        <source>Before this shift, in no shift</source>
        <translation>Avant, sans service ouvert</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>Compté</translation>
    </message>
    <message>
        <source>No printer is set up.</source>
        <translation>Aucune imprimante n’est installée.</translation>
    </message>
    <message>
        <source>A supervisor can set one up in the settings.</source>
        <translation>Un responsable peut en installer une dans les réglages.</translation>
    </message>
    <message>
        <source>The printer cannot be reached.</source>
        <translation>L’imprimante est injoignable.</translation>
    </message>
    <message>
        <source>Check its power and its cable.</source>
        <translation>Vérifiez son alimentation et son câble.</translation>
    </message>
    <message>
        <source>The printer does not answer.</source>
        <translation>L’imprimante ne répond pas.</translation>
    </message>
    <message>
        <source>Check that it is switched on; if it is, switch it off and on again.</source>
        <translation>Vérifiez qu’elle est allumée&#x202f;; si oui, éteignez-la et rallumez-la.</translation>
    </message>
    <message>
        <source>The printer&apos;s cover is open.</source>
        <translation>Le capot de l’imprimante est ouvert.</translation>
    </message>
    <message>
        <source>Close it until it clicks.</source>
        <translation>Fermez-le jusqu’au déclic.</translation>
    </message>
    <message>
        <source>The printer is out of paper.</source>
        <translation>L’imprimante n’a plus de papier.</translation>
    </message>
    <message>
        <source>Put in a new roll and close the cover.</source>
        <translation>Mettez un rouleau neuf et fermez le capot.</translation>
    </message>
    <message>
        <source>The printer&apos;s cutter is stuck.</source>
        <translation>Le massicot de l’imprimante est bloqué.</translation>
    </message>
    <message>
        <source>Open the cover, take out the jammed paper and close it.</source>
        <translation>Ouvrez le capot, retirez le papier coincé et fermez-le.</translation>
    </message>
    <message>
        <source>The printer reports a fault that it cannot recover from.</source>
        <translation>L’imprimante signale une panne qu’elle ne peut pas réparer.</translation>
    </message>
    <message>
        <source>Switch it off and on; if the fault stays, replace it.</source>
        <translation>Éteignez-la et rallumez-la&#x202f;; si la panne reste, remplacez-la.</translation>
    </message>
    <message>
        <source>The printer is pausing: its print head is hot or its voltage is low.</source>
        <translation>L’imprimante fait une pause&#x202f;: tête trop chaude ou tension trop basse.</translation>
    </message>
    <message>
        <source>It goes on by itself.</source>
        <translation>Elle reprend d’elle-même.</translation>
    </message>
    <message>
        <source>The printer&apos;s battery is empty.</source>
        <translation>La batterie de l’imprimante est vide.</translation>
    </message>
    <message>
        <source>Put it on its charger, or change the battery.</source>
        <translation>Mettez-la en charge, ou changez la batterie.</translation>
    </message>
    <message>
        <source>The printer is off line.</source>
        <translation>L’imprimante est hors ligne.</translation>
    </message>
    <message>
        <source>Press its feed button once, or switch it off and on.</source>
        <translation>Appuyez une fois sur sa touche d’avance, ou éteignez-la et rallumez-la.</translation>
    </message>
    <message>
        <source>The printer did not say that it has finished.</source>
        <translation>L’imprimante n’a pas dit qu’elle a fini.</translation>
    </message>
    <message>
        <source>The printer still holds an unfinished ticket and does not let go of it.</source>
        <translation>L’imprimante garde un billet inachevé et ne le lâche pas.</translation>
    </message>
    <message>
        <source>Switch it off and on again, then tear off what has come out. If this comes again, replace the printer.</source>
        <translation>Éteignez-la et rallumez-la, puis arrachez ce qui est sorti. Si cela revient, remplacez l’imprimante.</translation>
    </message>
    <message>
        <source>The paper is nearly used up.</source>
        <translation>Le papier touche à sa fin.</translation>
    </message>
    <message>
        <source>Have a new roll at hand.</source>
        <translation>Gardez un rouleau neuf à portée de main.</translation>
    </message>
    <message>
        <source>The printer is ready.</source>
        <translation>L’imprimante est prête.</translation>
    </message>
    <message>
        <source>The scanner is used by another program.</source>
        <translation>Un autre programme utilise le lecteur.</translation>
    </message>
    <message>
        <source>Close that one first.</source>
        <translation>Fermez-le d’abord.</translation>
    </message>
    <message>
        <source>The scanner may not be opened by this program.</source>
        <translation>Ce programme n’a pas le droit d’ouvrir le lecteur.</translation>
    </message>
    <message>
        <source>The scanner is not there.</source>
        <translation>Le lecteur n’est pas là.</translation>
    </message>
    <message>
        <source>Check that it is plugged in.</source>
        <translation>Vérifiez qu’il est branché.</translation>
    </message>
    <message>
        <source>The scanner&apos;s setting is no device&apos;s address.</source>
        <translation>Le réglage du lecteur n’est pas une adresse d’appareil.</translation>
    </message>
    <message>
        <source>A supervisor can correct it in the settings.</source>
        <translation>Un responsable peut le corriger dans les réglages.</translation>
    </message>
    <message>
        <source>The cash drawer does not say how it is.</source>
        <translation>Le tiroir-caisse ne dit pas son état.</translation>
    </message>
    <message>
        <source>The cash drawer could not be opened.</source>
        <translation>Le tiroir-caisse n’a pas pu être ouvert.</translation>
    </message>
    <message>
        <source>The scanner is ready.</source>
        <translation>Le lecteur est prêt.</translation>
    </message>
    <message>
        <source>The cash drawer is open.</source>
        <translation>Le tiroir-caisse est ouvert.</translation>
    </message>
    <message>
        <source>The cash drawer did not open.</source>
        <translation>Le tiroir-caisse ne s’est pas ouvert.</translation>
    </message>
    <message>
        <source>The cash drawer is closed.</source>
        <translation>Le tiroir-caisse est fermé.</translation>
    </message>
    <message>
        <source>See whether it is locked, and whether its cable is in the printer.</source>
        <translation>Voyez s’il est fermé à clé et si son câble est dans l’imprimante.</translation>
    </message>
    <message>
        <source>They or a supervisor must close it first.</source>
        <translation>Cette personne ou un responsable doit d’abord le clôturer.</translation>
    </message>
    <message>
        <source>A supervisor has to agree to this.</source>
        <translation>Un responsable doit donner son accord.</translation>
    </message>
    <message>
        <source>Ask one to type their PIN.</source>
        <translation>Demandez-lui de saisir son code PIN.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock is behind the office&apos;s.</source>
        <translation>L’horloge de la borne retarde sur celle du bureau.</translation>
    </message>
    <message>
        <source>Correct date and time.</source>
        <translation>Corrigez la date et l’heure.</translation>
    </message>
    <message>
        <source>Count the float and open one first.</source>
        <translation>Comptez d’abord le fond de caisse et ouvrez-en un.</translation>
    </message>
    <message>
        <source>This kiosk has no numbers for {event} yet.</source>
        <translation>Cette borne n’a pas encore de numéros pour {event}.</translation>
    </message>
    <message>
        <source>The numbers are on their way from the office.</source>
        <translation>Les numéros arrivent du bureau.</translation>
    </message>
    <message>
        <source>Selling starts by itself.</source>
        <translation>La vente commencera d’elle-même.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk is nearly full; no more sales are taken.</source>
        <translation>Le disque de la borne est presque plein&#x202f;; plus aucune vente.</translation>
    </message>
    <message>
        <source>Call the office: old files must be removed. Sales made so far are safe.</source>
        <translation>Appelez le bureau&#x202f;: il faut retirer d’anciens fichiers. Les ventes déjà faites sont en sûreté.</translation>
    </message>
    <message>
        <source>{limit} sales wait to be uploaded; no more are taken.</source>
        <translation>{limit} ventes attendent l’envoi&#x202f;; plus aucune vente.</translation>
    </message>
    <message>
        <source>Connect the kiosk to the network. Selling goes on by itself.</source>
        <translation>Connectez la borne au réseau. La vente reprend d’elle-même.</translation>
    </message>
    <message>
        <source>{event} is sold with a connection only.</source>
        <translation>{event} ne se vend qu’en ligne.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Vérifiez le réseau.</translation>
    </message>
    <message>
        <source>This kiosk has no numbers left for {event}.</source>
        <translation>Cette borne n’a plus de numéros pour {event}.</translation>
    </message>
    <message>
        <source>Connect it to the network to fetch more, or sell at another kiosk.</source>
        <translation>Connectez-la au réseau pour en recevoir, ou vendez sur une autre borne.</translation>
    </message>
    <message>
        <source>Connect it to the network: the office hands them out.</source>
        <translation>Connectez-la au réseau&#xa0;: c’est le bureau qui les attribue.</translation>
    </message>
    <message>
        <source>Ask the office for numbers.</source>
        <translation>Demandez des numéros au bureau.</translation>
    </message>
    <message>
        <source>Nobody is logged on to take the money.</source>
        <translation>Personne n’est identifié pour encaisser.</translation>
    </message>
    <message>
        <source>{short} are missing.</source>
        <translation>Il manque {short}.</translation>
    </message>
    <message>
        <source>Take the rest of the money.</source>
        <translation>Demandez le reste de l’argent.</translation>
    </message>
    <message>
        <source>A card and cash share the sum: the card pays a part of it.</source>
        <translation>Carte et espèces se partagent la somme&#x202f;: la carte en paie une partie.</translation>
    </message>
    <message>
        <source>Type what the card has paid.</source>
        <translation>Saisissez ce que la carte a payé.</translation>
    </message>
    <message>
        <source>A card pays exactly what is due.</source>
        <translation>Une carte paie exactement la somme due.</translation>
    </message>
    <message>
        <source>Charge it again with the right amount.</source>
        <translation>Débitez-la de nouveau du bon montant.</translation>
    </message>
    <message>
        <source>A card&apos;s payment needs its reference.</source>
        <translation>Un paiement par carte exige sa référence.</translation>
    </message>
    <message>
        <source>Type what the card terminal has printed.</source>
        <translation>Saisissez ce que le terminal a imprimé.</translation>
    </message>
    <message>
        <source>Nobody has said that the buyer is {n}.</source>
        <translation>Personne n’a confirmé que l’acheteur a {n}&#x202f;ans.</translation>
    </message>
    <message>
        <source>Ask for their age.</source>
        <translation>Demandez son âge.</translation>
    </message>
    <message>
        <source>These tickets are sold with the buyer&apos;s details only.</source>
        <translation>Ces billets exigent les coordonnées de l’acheteur.</translation>
    </message>
    <message>
        <source>Ask for them.</source>
        <translation>Demandez-les.</translation>
    </message>
    <message>
        <source>One sale holds 1 to {n} tickets.</source>
        <translation>Une vente contient de 1 à {n} billets.</translation>
    </message>
    <message>
        <source>Make two sales of it.</source>
        <translation>Faites-en deux ventes.</translation>
    </message>
    <message>
        <source>One sale cannot mix currencies.</source>
        <translation>Une vente ne mélange pas les monnaies.</translation>
    </message>
    <message>
        <source>This kiosk has only {n} numbers left for {event}.</source>
        <translation>Cette borne n’a plus que {n} numéros pour {event}.</translation>
    </message>
    <message>
        <source>Sell a smaller package, or connect the kiosk to fetch more.</source>
        <translation>Vendez une formule plus petite, ou connectez la borne pour en recevoir.</translation>
    </message>
    <message>
        <source>This kiosk did not sell that ticket.</source>
        <translation>Cette borne n’a pas vendu ce billet.</translation>
    </message>
    <message>
        <source>Print its counterfoils where it was sold.</source>
        <translation>Imprimez ses souches là où il a été vendu.</translation>
    </message>
    <message>
        <source>This ticket is void and has no counterfoils.</source>
        <translation>Ce billet est annulé et n’a pas de souches.</translation>
    </message>
    <message>
        <source>This event has no counterfoils.</source>
        <translation>Cet événement n’a pas de souches.</translation>
    </message>
    <message>
        <source>Reprint it where it was sold.</source>
        <translation>Réimprimez-le là où il a été vendu.</translation>
    </message>
    <message>
        <source>This ticket is void and cannot be printed again.</source>
        <translation>Ce billet est annulé et ne peut pas être réimprimé.</translation>
    </message>
    <message>
        <source>Void it where it was sold.</source>
        <translation>Annulez-le là où il a été vendu.</translation>
    </message>
    <message>
        <source>This ticket is void already.</source>
        <translation>Ce billet est déjà annulé.</translation>
    </message>
    <message>
        <source>The office has not answered about the last prize yet.</source>
        <translation>Le bureau n’a pas encore répondu pour le dernier gain.</translation>
    </message>
    <message>
        <source>Wait for that answer; the kiosk goes on asking.</source>
        <translation>Attendez sa réponse&#x202f;; la borne continue de demander.</translation>
    </message>
    <message>
        <source>What this kiosk kept of its sales does not follow from its journal.</source>
        <translation>Ce que la borne a gardé de ses ventes ne suit pas son journal.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock was turned back.</source>
        <translation>L’horloge de la borne a été reculée.</translation>
    </message>
    <message>
        <source>This program cannot read the kiosk&apos;s journal: {e}.</source>
        <translation>Ce programme ne peut pas lire le journal de la borne&#x202f;: {e}.</translation>
    </message>
    <message>
        <source>Install the program that wrote it, or a newer one.</source>
        <translation>Installez le programme qui l’a écrit, ou un plus récent.</translation>
    </message>
    <message>
        <source>{event} does not allow voids here.</source>
        <translation>{event} ne permet pas d’annuler ici.</translation>
    </message>
    <message>
        <source>Sales are closed; this ticket takes part in the draw.</source>
        <translation>Les ventes sont closes&#x202f;; ce billet participe au tirage.</translation>
    </message>
    <message>
        <source>A void needs a reason.</source>
        <translation>Une annulation exige un motif.</translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation>Choisissez-en un.</translation>
    </message>
    <message>
        <source>{event} is not paid for like this.</source>
        <translation>{event} ne se paie pas ainsi.</translation>
    </message>
    <message>
        <source>The journal is damaged at or behind entry {seq}.</source>
        <translation>Le journal est endommagé à l’entrée {seq} ou après.</translation>
    </message>
    <message>
        <source>Do not switch off or delete anything: the office recovers the sales from it or from its copy.</source>
        <translation>N’éteignez rien, n’effacez rien&#x202f;: le bureau en récupère les ventes, ou de sa copie.</translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program ({detail}).</source>
        <translation>Ce n’est pas le programme de l’éditeur ({detail}).</translation>
    </message>
    <message>
        <source>Do not sell. Call the office, which installs it again; sales made so far are safe.</source>
        <translation>Ne vendez pas. Appelez le bureau, qui le réinstalle&#x202f;; les ventes déjà faites sont en sûreté.</translation>
    </message>
    <message>
        <source>The disk cannot be written: {reason}.</source>
        <translation>Le disque refuse l’écriture&#x202f;: {reason}.</translation>
    </message>
    <message>
        <source>Selling stops until there is room: call the office.</source>
        <translation>La vente s’arrête faute de place&#x202f;: appelez le bureau.</translation>
    </message>
    <message>
        <source>The disk is failing: call the office and have it changed.</source>
        <translation>Le disque tombe en panne&#x202f;: appelez le bureau et faites-le changer.</translation>
    </message>
    <message>
        <source>The disk fills up: tell the office.</source>
        <translation>Le disque se remplit&#x202f;: prévenez le bureau.</translation>
    </message>
    <message>
        <source>The disk is slow: tell the office if this stays.</source>
        <translation>Le disque est lent&#x202f;: prévenez le bureau si cela dure.</translation>
    </message>
    <message>
        <source>All {n} entries are on the second copy too.</source>
        <translation>Les {n} entrées sont aussi sur la copie de secours.</translation>
    </message>
    <message>
        <source>Call the office; change the disk.</source>
        <translation>Appelez le bureau&#x202f;; changez le disque.</translation>
    </message>
    <message>
        <source>All {n} entries are whole, signed and in their place.</source>
        <translation>Les {n} entrées sont entières, signées et à leur place.</translation>
    </message>
    <message>
        <source>Every file is the publisher&apos;s: {hash}.</source>
        <translation>Chaque fichier est celui de l’éditeur&#x202f;: {hash}.</translation>
    </message>
    <message>
        <source>Not checked: this program bears no publisher&apos;s signature.</source>
        <translation>Non vérifié&#x202f;: ce programme ne porte aucune signature d’éditeur.</translation>
    </message>
    <message>
        <source>That is right for a development&apos;s checkout, and for nothing that sells.</source>
        <translation>C’est normal pour un poste de développement, jamais pour la vente.</translation>
    </message>
    <message>
        <source>No second copy is set up.</source>
        <translation>Aucune copie de secours n’est installée.</translation>
    </message>
    <message>
        <source>Plug a USB stick in and choose it in the settings: sales survive a dead kiosk on it.</source>
        <translation>Branchez une clé USB et choisissez-la dans les réglages&#x202f;: les ventes y survivent à une panne de la borne.</translation>
    </message>
    <message>
        <source>The second copy is {n} entries behind.</source>
        <translation>La copie de secours a {n} entrées de retard.</translation>
    </message>
    <message>
        <source>{n} of {of} entries checked</source>
        <translation>{n} entrées vérifiées sur {of}</translation>
    </message>
    <message>
        <source>{n} of {of} entries compared</source>
        <translation>{n} entrées comparées sur {of}</translation>
    </message>
    <message>
        <source>TEST PAGE</source>
        <translation>PAGE D’ESSAI</translation>
    </message>
    <message>
        <source>This is not a ticket.</source>
        <translation>Ceci n’est pas un billet.</translation>
    </message>
    <message>
        <source>Time (UTC)</source>
        <translation>Heure (UTC)</translation>
    </message>
    <message>
        <source>All of it readable, nothing cut off: the printer is well.</source>
        <translation>Tout est lisible, rien n’est coupé&#x202f;: l’imprimante va bien.</translation>
    </message>
    <message>
        <source>The server cannot be reached.</source>
        <translation>Le serveur est injoignable.</translation>
    </message>
    <message>
        <source>The server&apos;s answer cannot be read.</source>
        <translation>La réponse du serveur est illisible.</translation>
    </message>
    <message>
        <source>Check the address and the versions.</source>
        <translation>Vérifiez l’adresse et les versions.</translation>
    </message>
    <message>
        <source>{free} are free. A write takes {ms} ms.</source>
        <translation>{free} libres. Une écriture prend {ms}&#xa0;ms.</translation>
    </message>
    <message>
        <source>The server answers with {status}.</source>
        <translation>Le serveur répond {status}.</translation>
    </message>
    <message>
        <source>Check the address.</source>
        <translation>Vérifiez l’adresse.</translation>
    </message>
    <message>
        <source>Off line: sales go on and are uploaded later</source>
        <translation>Hors ligne&#x202f;: les ventes continuent et seront envoyées plus tard</translation>
    </message>
    <message>
        <source>The office refuses this kiosk</source>
        <translation>Le bureau refuse cette borne</translation>
    </message>
    <message>
        <source>The office is busy: sales go on and are uploaded later</source>
        <translation>Le bureau est occupé&#x202f;: les ventes continuent et seront envoyées plus tard</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Connecté</translation>
    </message>
</context>
</TS>
