<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>Age</name>
    <message>
        <source>No, back to the basket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes, %1 or older</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Approve</name>
    <message>
        <source>This needs an approval</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody who may approve this is known to the kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who approves?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait %1 s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose who approves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PIN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 digits typed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Approve</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Attend</name>
    <message>
        <source>Your tickets are ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attendant: take payment</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Attract</name>
    <message>
        <source>Jackpot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>tickets</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is on: touch to go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operator: log on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Touch here to buy tickets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Touch to begin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attendant</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Blocked</name>
    <message>
        <source>Please wait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This needs you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Choose</name>
    <message>
        <source>Choose your tickets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing chosen yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Claim</name>
    <message>
        <source>Leave it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paying a prize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have seen an identity document.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For this amount ask the winner for an identity document.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have seen it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Closed</name>
    <message>
        <source>All sales uploaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Not confirmed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count and close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Count</name>
    <message>
        <source>%1: %2, together %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what is in the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawer holds what it should.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is more in the drawer than there should be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is less in the drawer than there should be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By piece</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One sum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is counted</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Customer</name>
    <message>
        <source>Customer’s details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This event asks for them. They are kept apart from the ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only if the customer wants to be told of a win.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Skip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next field</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Diagnostics</name>
    <message>
        <source>Diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All is well</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One thing needs you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 things need you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is known to be wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check everything</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Sold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TEST</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ticket numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>and %1 more</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next sale</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Enrol</name>
    <message>
        <source>Set up this kiosk with a one-time code from your office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setting up…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EventTab</name>
    <message>
        <source>TEST</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jackpot</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Events</name>
    <message>
        <source>What is sold?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap an event. The others stay as tabs while you sell.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Capital letter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Keypad</name>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Lookup</name>
    <message>
        <source>Asking the office…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has answered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office does not answer. As known at %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off line. As known at %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look up a ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scan it, or type its validation number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold the ticket&apos;s square code under the scanner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next one can be scanned at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Price</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, number %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counterfoils</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another ticket</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Messages from the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One is new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 are new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the office sends to this kiosk stands here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have read it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have read them</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Move</name>
    <message>
        <source>What for?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take out %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put in %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PackageButton</name>
    <message>
        <source>%1, %2, %3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To pay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cash given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference on the terminal’s slip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the terminal take %1, then type its reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Card paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type the terminal’s reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enough yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selling…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Pin</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who is selling?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program hash %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose your name first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter your PIN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 Wait %2 s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log on</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PrintProblem</name>
    <message>
        <source>Ticket numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>So far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An X report changes nothing. The shift goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>Is this right?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take one more or one less, or go on and pay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScreenHead</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SelfHead</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Called</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sell</name>
    <message>
        <source>No event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All %1 events</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 times</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Fast sale: on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fast sale: off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Basket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing can be sold now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One tap on a package goes straight to payment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tap a package to begin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repeat last sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each change is noted with your name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It counts when the kiosk has been started again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Shift</name>
    <message>
        <source>Shift %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, since %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the float that you start with, then selling can begin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a sale; it is noted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put cash in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take cash out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>X report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How it stands; changes nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count, then the Z report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last Z report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Starting</name>
    <message>
        <source>Try again now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>All uploaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 to upload</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>oldest %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 numbers left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No numbers yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clock: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 message</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 messages</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Few numbers are left: connect this kiosk to fetch more.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>One %1 less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One %1 more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything is at the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uploading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Last contact: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Messages (%1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Theme</name>
    <message>
        <source>1 ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 tickets</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Void</name>
    <message>
        <source>Make this ticket void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its numbers leave the draw for good.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give back to the customer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor confirms this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make void</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>kiosk</name>
    <message>
        <source>The office answered within {ms} ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The test page came out whole.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} s away from the office&apos;s clock.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selling goes on without it. Check the network&apos;s cable, or its Wi-Fi.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clock was set while the kiosk ran: {n} s away from the time since it started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales close by the time since the start. Tell the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not compared with the office yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is compared at the next contact.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have the clock set right before the next event. Sales close at the right time all the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is set on the kiosk&apos;s command line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whoever installed the kiosk has to change it there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No USB stick is plugged in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug one in and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk, or export them to a USB stick and have the office take them in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log on and settle it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is still the office&apos;s: it could not be told of the log-out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is logged out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has everything that it sold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s old data cannot be put away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network is slow; selling is not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It starts again by itself in a moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch it off and on again to enrol it anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect it and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office does not let this kiosk sell ({state}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office. Sales made so far are safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A block of numbers is not signed by this kiosk&apos;s office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A block of numbers is another kiosk&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kept catalog is damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office; connect the kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office&apos;s catalog is too large for this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The catalog is not signed by this kiosk&apos;s office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The catalog is another kiosk&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office sent an older catalog ({generation}.{serial}) than the kiosk has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office: its server may have been restored without raising its generation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk has not heard from the office yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect it to the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This event is not on this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another event.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales for {event} are paused.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} is not on sale yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office must activate it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} was cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales for {event} are closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales for {event} have not opened yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for the opening time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} is sold at self-service kiosks only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} is not sold at self-service kiosks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This package is not on offer now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A block of numbers cannot be read: {e}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office&apos;s catalog cannot be read: {e}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has disabled this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has suspended this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has revoked this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has retired this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has stopped all sales.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A name has letters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This number is too short.</source>
        <translation>Este número es demasiado corto.</translation>
    </message>
    <message>
        <source>The @ and what follows it are missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The end of this address is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This name is too long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A phone number has digits only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin with + and the country&apos;s code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No country&apos;s code begins with 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This number is too long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What stands before the @ is no e-mail address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What stands behind the @ is no e-mail address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An e-mail address cannot begin like this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not sell. Call the office; it needs this kiosk and its second copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{percent} % of sales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None set up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} entries behind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not the publisher&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking the journal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading events and sales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk must not sell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office no longer sends this event; its ticket cannot be printed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office no longer sends this event; its counterfoils cannot be printed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no ticket to pay for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scan it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paying needs the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send the winner to the claims desk, or try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s certificate is not this kiosk&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening the journal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s certificate cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program failed here; sales go on. Started again in {n} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program has failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of it ({name}) has stopped. Sales made so far are safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the kiosk again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No printer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No scanner</source>
        <translation>Sin lector</translation>
    </message>
    <message>
        <source>No cash drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office no longer lets you work here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scan could not be read. Try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ticket was scanned. Finish this first, then scan it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That PIN is not right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This PIN is locked. A supervisor who logs on lifts that, and so does the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody here may agree to this. Call the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nombre</translation>
    </message>
    <message>
        <source>Mobile phone</source>
        <translation>Teléfono móvil</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>Correo electrónico</translation>
    </message>
    <message>
        <source>Something is missing, or not right yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These tickets are sold from {n} years on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is the buyer {n} or older?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for a proof of age if you are not sure. Nobody under {n} may buy these tickets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The buyer&apos;s details are gone: nobody touched the screen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A package is no longer on offer and was taken out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One sale cannot mix currencies. Finish this sale first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One sale holds at most {n} tickets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No change</source>
        <translation>Sin cambio</translation>
    </message>
    <message>
        <source>On sale</source>
        <translation>A la venta</translation>
    </message>
    <message>
        <source>{n} numbers left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} days</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{h} h {m:02} min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>Efectivo</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Tarjeta</translation>
    </message>
    <message>
        <source>Cash and card</source>
        <translation>Efectivo y tarjeta</translation>
    </message>
    <message>
        <source>Paid {amount}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type how much the card has paid: a part of the sum.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is not enough.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type the reference that the card terminal shows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Card has paid {amount}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ticket did not come out</source>
        <translation>El boleto no ha salido</translation>
    </message>
    <message>
        <source>Did the ticket come out whole?</source>
        <translation>¿Ha salido entero el boleto?</translation>
    </message>
    <message>
        <source>Then print it. Or make the sale void and give the money back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole: hand it over. Not whole: tear it up and print it again.</source>
        <translation>Entero: entréguelo. Si no: rómpalo e imprímalo otra vez.</translation>
    </message>
    <message>
        <source>Yes, it is whole</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print it now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No, print again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Misprint: make void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The counterfoils did not come out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Did all counterfoils come out?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then print them. The buyer has the ticket and need not wait.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All there: put them into the drum. Some missing: tear up the rest; a supervisor has them printed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes, all are there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print them now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No, print them again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print them later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk was interrupted while this ticket was printing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print the counterfoils again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tear up those that came out before: they must not be in the drum twice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printing the counterfoils</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk was interrupted while these counterfoils were printing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It came out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look the ticket up to print its counterfoils later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printing ticket {place} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printing the ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The customer changed their mind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wrong package or quantity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The payment did not go through</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ticket is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The attendant&apos;s PIN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Somebody is called. Please wait here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The attendant takes {amount} and goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who attends?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Please pay the attendant</source>
        <translation>Pague al personal, por favor</translation>
    </message>
    <message>
        <source>Somebody comes to you. Your choice waits here.</source>
        <translation>Alguien viene a atenderle. Su elección le espera aquí.</translation>
    </message>
    <message>
        <source>Nothing is on sale here now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A customer asks for help at this kiosk.</source>
        <translation>Un cliente pide ayuda en este puesto.</translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the float that you start with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing changes by counting; it is noted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count everything in the drawer, the float too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count everything that was in the drawer. What was signed stays; a supplement is made.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the cent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{amount} over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{amount} short</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift {n} · {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count it first. If nothing is in it, type 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The count is noted. Count again, or close the shift.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawer is opened without a sale.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type an amount.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report is printing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales ({n})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid by card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Given back for voids</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prizes paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put in or taken out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. They or a supervisor close it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No event was sent by the office yet: there is no money to count.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No cash drawer is set up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose what it is for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That was {name}&apos;s shift.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report is printed. Sign it and keep it with the money.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. It must be closed, by them or by a supervisor, before you can sell.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put cash into the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take cash out of the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The shift is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The count is what it was before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is noted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report did not come out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is expected is shown afterwards.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expected</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ticket {validation}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was a test: no money goes back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a reason.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this ticket void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print this ticket again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay this prize?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has not answered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand out {amount}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not pay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office notes the payment first. Hand the money out when it has answered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand nothing out yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give back {amount} in cash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give back {amount} at the card terminal, reference {reference}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log on to look up a ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Void.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pay} is now noted as paid here. Hand it out if you have not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last prize is not paid here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not switch off or delete anything. Call the office, which recovers the sales.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back, correct it and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask a supervisor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have the program installed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor can change it in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk cannot sell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk is already running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the one that runs, or end it and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This program is too old</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have the newer program installed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The journal is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The journal is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The journal cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s identity cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This disk is an old copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The program cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The screens cannot be shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk fails</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office; the disk has to be changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office, which makes room.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is nearly full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The events cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk to the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clock is wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have the clock set right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch it off and on to enrol it anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk could not be logged out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is disabled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the office to enable it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is suspended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk was revoked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is retired</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is not enabled yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All sales are stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to sell yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office cannot read this journal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This event is not here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This package is not on offer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another package.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on sale yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has to activate it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales are paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The event was cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales are closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No numbers are left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk: it asks the office for more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not sold in this way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office cannot be reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk to the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too much is not uploaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The numbers have expired</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The buyer&apos;s age has to be seen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for the buyer&apos;s age.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The basket is too large, or empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sell it in several sales.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two currencies in one sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sell them one after the other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The card&apos;s amount does not fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The card&apos;s reference is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what the terminal printed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The buyer&apos;s details are missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the buyer for them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not paid for in this way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another way to pay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not enough was given</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say first whether it came out whole.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Already void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give no money back again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not to be made void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the kiosk that sold it, or the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No counterfoils to print</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is to be done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A reason is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose or type one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prize is being asked for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for the office&apos;s answer to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the float and open one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another operator&apos;s shift is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They, or a supervisor, close it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawer is not counted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No amount</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor has to agree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A setting cannot be meant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct it in the settings&apos; file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a server&apos;s address</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the office for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s address is not safe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not this kiosk&apos;s certificate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address and the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set on the command line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has not got everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk, or export.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No USB stick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The export could not be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use another USB stick.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a kiosk&apos;s data folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is nobody yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enrol it with a code of the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second copy cannot be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the USB stick or SD card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another kiosk&apos;s second copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a medium of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second copy is damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use another USB stick or SD card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers that cannot be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another kiosk&apos;s events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events that the office did not sign</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Older events than the kiosk has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many events</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events that cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language of the screens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text and buttons</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who serves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paper</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scanner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cash drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Buyers themselves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Confirm each sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fast: two taps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At the printer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print a test page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scan something</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clock</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Journal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check every entry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check every file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scan a ticket, or any code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All sales uploaded. The office has confirmed them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Talking to the office.</source>
        <translation>Hablando con la oficina.</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It read: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is changed here is noted with your name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written to {medium}: {file}. Take it to the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug a USB stick in first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has everything.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing would start it again: switch the kiosk off and on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right</source>
        <translation>correcto</translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{span} ago</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales still to be uploaded: {n}. Keep the kiosk on and connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log on first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}. Connect the kiosk, or export them to a USB stick.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A shift is open. Close it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None is set up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor can choose one in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export what is not uploaded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the whole journal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the kiosk again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log this kiosk out of the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{span} fast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{span} slow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closes in {span}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Server</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last contact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales to upload</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{head} entries, {n} at the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Events and prices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All sales are uploaded. Waiting for the office to confirm that it has them all. Keep the kiosk on and connected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales for {event} close in one minute.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales for {event} close in {n} minutes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is still to be closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was scanned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office did not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type the server&apos;s address and the code that the office gave you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Almost ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk is enrolled. It has still to be enabled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the office to enable {kiosk} (Kiosks, Enable). It starts by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk cannot sell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetching events from the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this kiosk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Genuine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A winner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Already paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No longer paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Void</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot tell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another organisation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A genuine ticket. Whether it is void or paid is known only as of the last contact with the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paying needs the network; send the winner to the claims desk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now, from the office</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This code is not a ticket&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Typing mistake</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A character of the validation number is wrong. Type it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The code&apos;s signature is false: no kiosk made this ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk did not sell it and cannot tell. Ask the office or scan its QR.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A kiosk that is not known here signed it. Ask the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ticket of an event that this kiosk does not have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A validation number has {n} characters; you typed {typed}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Won {prizes}, but the prize is no longer paid. The office can say why.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A genuine ticket. It has not won this time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send the winner to the claims desk with this ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office is asked whether it can be paid here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wrong length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has made this ticket void.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This ticket was made void.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Won {prizes}; the prize was paid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Won {prizes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has been sent yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uploading sales.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uploading sales in smaller parts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office refuses this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office cannot be reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office is busy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office holds other sales under this kiosk&apos;s name than this disk does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office holds sales of this kiosk that this disk does not: it is an old copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office cannot read entry {n} of this kiosk&apos;s journal.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All uploaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>YOUR {n} DRAW NUMBERS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>YOUR DRAW NUMBER</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kiosk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Results: {where}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Claim by: {when}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence {licence} · Event {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Event {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AGAIN {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TEST TICKET</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not valid in any draw</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>REPRINT {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A copy of a ticket already sold. It wins once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back by card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was a test.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>VOID</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These numbers are in no draw.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prize {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OVER</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHORT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printed {at}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So far. The shift goes on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What changed since the shift was closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TO THE CENT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something else</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To the safe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change given away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>X report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Z report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Supplement {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Given back at the card terminal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers sold</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Voids ({n})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After voids</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales in cash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has a shift open on this kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It must be closed first, by them or by a supervisor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That shift is not closed, or lies too far back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A ticket has not come out whole yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print it again or void it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawer has not been counted ({what}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count it, then close the shift.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No shift is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only they or a supervisor may do this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a supervisor may do this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no such shift here any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Journal entries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counted, piece by piece</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales in {currency}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Card terminal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Given back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The terminal should say</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Should be in the drawer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counted, difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Until now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawer opened without a sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before this shift, in no shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No printer is set up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor can set one up in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer cannot be reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its power and its cable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it is switched on; if it is, switch it off and on again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer&apos;s cover is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close it until it clicks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer is out of paper.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put in a new roll and close the cover.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer&apos;s cutter is stuck.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the cover, take out the jammed paper and close it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer reports a fault that it cannot recover from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch it off and on; if the fault stays, replace it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer is pausing: its print head is hot or its voltage is low.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes on by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer&apos;s battery is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it on its charger, or change the battery.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer is off line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press its feed button once, or switch it off and on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer did not say that it has finished.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer still holds an unfinished ticket and does not let go of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch it off and on again, then tear off what has come out. If this comes again, replace the printer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The paper is nearly used up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Have a new roll at hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The printer is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scanner is used by another program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close that one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scanner may not be opened by this program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scanner is not there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it is plugged in.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scanner&apos;s setting is no device&apos;s address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor can correct it in the settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cash drawer does not say how it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cash drawer could not be opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The scanner is ready.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cash drawer is open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cash drawer did not open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cash drawer is closed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See whether it is locked, and whether its cable is in the printer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They or a supervisor must close it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A supervisor has to agree to this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask one to type their PIN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock is behind the office&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct date and time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Count the float and open one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk is nearly full; no more sales are taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office: old files must be removed. Sales made so far are safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{limit} sales wait to be uploaded; no more are taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the kiosk to the network. Selling goes on by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} is sold with a connection only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk has no numbers left for {event}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect it to the network to fetch more, or sell at another kiosk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{short} are missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the rest of the money.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A card and cash share the sum: the card pays a part of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what the card has paid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A card pays exactly what is due.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charge it again with the right amount.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A card&apos;s payment needs its reference.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type what the card terminal has printed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody has said that the buyer is {n}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for their age.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These tickets are sold with the buyer&apos;s details only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One sale holds 1 to {n} tickets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make two sales of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One sale cannot mix currencies.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk has only {n} numbers left for {event}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sell a smaller package, or connect the kiosk to fetch more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This kiosk did not sell that ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print its counterfoils where it was sold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This ticket is void and has no counterfoils.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This event has no counterfoils.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reprint it where it was sold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This ticket is void and cannot be printed again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Void it where it was sold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This ticket is void already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office has not answered about the last prize yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for that answer; the kiosk goes on asking.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What this kiosk kept of its sales does not follow from its journal.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock was turned back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This program cannot read the kiosk&apos;s journal: {e}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the program that wrote it, or a newer one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} does not allow voids here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sales are closed; this ticket takes part in the draw.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A void needs a reason.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{event} is not paid for like this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{free} MB are free. A write takes {ms} ms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The journal is damaged at or behind entry {seq}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not switch off or delete anything: the office recovers the sales from it or from its copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program ({detail}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not sell. Call the office, which installs it again; sales made so far are safe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk cannot be written: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selling stops until there is room: call the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is failing: call the office and have it changed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk fills up: tell the office.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is slow: tell the office if this stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All {n} entries are on the second copy too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call the office; change the disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All {n} entries are whole, signed and in their place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every file is the publisher&apos;s: {hash}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not checked: this program bears no publisher&apos;s signature.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is right for a development&apos;s checkout, and for nothing that sells.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No second copy is set up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plug a USB stick in and choose it in the settings: sales survive a dead kiosk on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second copy is {n} entries behind.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {of} entries checked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {of} entries compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TEST PAGE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is not a ticket.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time (UTC)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All of it readable, nothing cut off: the printer is well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server cannot be reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server&apos;s answer cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address and the versions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The server answers with {status}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the address.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off line: sales go on and are uploaded later</source>
        <translation>Sin conexión: se sigue vendiendo y se envía después</translation>
    </message>
    <message>
        <source>The office refuses this kiosk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The office is busy: sales go on and are uploaded later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Conectado</translation>
    </message>
</context>
</TS>
