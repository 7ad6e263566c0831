<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>Age</name>
    <message>
        <source>No, back to the basket</source>
        <translation>No, volver a la compra</translation>
    </message>
    <message>
        <source>Yes, %1 or older</source>
        <translation>Sí, %1 o más</translation>
    </message>
</context>
<context>
    <name>Approve</name>
    <message>
        <source>This needs an approval</source>
        <translation>Esto requiere autorización</translation>
    </message>
    <message>
        <source>Attendant</source>
        <translation>Personal</translation>
    </message>
    <message>
        <source>Nobody who may approve this is known to the kiosk.</source>
        <translation>Este puesto no conoce a nadie que pueda autorizarlo.</translation>
    </message>
    <message>
        <source>Who approves?</source>
        <translation>¿Quién autoriza?</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancelar</translation>
    </message>
    <message>
        <source>Wait %1 s.</source>
        <translation>Espere %1&#xa0;s.</translation>
    </message>
    <message>
        <source>Choose who approves</source>
        <translation>Elija quién autoriza</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Choose your name</source>
        <translation>Elija su nombre</translation>
    </message>
    <message>
        <source>%1 digits typed</source>
        <translation>%1 cifras escritas</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>Autorizar</translation>
    </message>
</context>
<context>
    <name>Attend</name>
    <message>
        <source>Almost yours</source>
        <translation>Casi suyos</translation>
    </message>
    <message>
        <source>Attendant: take payment</source>
        <translation>Personal: cobrar</translation>
    </message>
</context>
<context>
    <name>Attract</name>
    <message>
        <source>Jackpot</source>
        <translation>Acumulado</translation>
    </message>
    <message>
        <source>ticket</source>
        <translation>boleto</translation>
    </message>
    <message numerus="yes">
        <source>tickets</source>
        <translation>
            <numerusform>boleto</numerusform>
            <numerusform>boletos</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is on: touch to go on</source>
        <translation>Turno de %1: toque para seguir</translation>
    </message>
    <message>
        <source>Operator: log on</source>
        <translation>Operador: entrar</translation>
    </message>
    <message>
        <source>Touch here to buy tickets</source>
        <translation>Toque aquí para comprar boletos</translation>
    </message>
    <message>
        <source>Touch to begin</source>
        <translation>Toque para empezar</translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation>Ya vienen a ayudarle</translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation>Pedir ayuda</translation>
    </message>
    <message>
        <source>Attendant</source>
        <translation>Personal</translation>
    </message>
</context>
<context>
    <name>Blocked</name>
    <message>
        <source>Please wait</source>
        <translation>Espere, por favor</translation>
    </message>
    <message>
        <source>This needs you</source>
        <translation>Requiere su atención</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Detenido</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Qué hacer</translation>
    </message>
    <message>
        <source>Ask now</source>
        <translation>Preguntar ahora</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Reintentar</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnóstico</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Code: %1</source>
        <translation>Código: %1</translation>
    </message>
</context>
<context>
    <name>Choose</name>
    <message>
        <source>Choose your tickets</source>
        <translation>Elija sus boletos</translation>
    </message>
    <message>
        <source>Nothing chosen yet</source>
        <translation>Aún no ha elegido nada</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuar</translation>
    </message>
</context>
<context>
    <name>Claim</name>
    <message>
        <source>Leave it</source>
        <translation>Dejarlo</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
    <message>
        <source>Paying a prize</source>
        <translation>Pago de un premio</translation>
    </message>
    <message>
        <source>Prize</source>
        <translation>Premio</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Número</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validación</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Evento</translation>
    </message>
    <message>
        <source>You have seen an identity document.</source>
        <translation>Ha visto un documento de identidad.</translation>
    </message>
    <message>
        <source>For this amount ask the winner for an identity document.</source>
        <translation>Por este importe, pida al ganador un documento de identidad.</translation>
    </message>
    <message>
        <source>I have seen it</source>
        <translation>Ya lo he visto</translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation>Pagar %1</translation>
    </message>
</context>
<context>
    <name>Closed</name>
    <message>
        <source>All sales uploaded</source>
        <translation>Todas las ventas enviadas</translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation>1 venta está solo aquí</translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation>
            <numerusform>%1 venta está solo aquí</numerusform>
            <numerusform>%1 ventas están solo aquí</numerusform>
        </translation>
    </message>
    <message>
        <source>Not confirmed yet</source>
        <translation>Aún sin confirmar</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Cerrar el turno</translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation>Hay un turno abierto</translation>
    </message>
    <message>
        <source>Count and close</source>
        <translation>Contar y cerrar</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>Sincronizar</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Consultar</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Salir</translation>
    </message>
</context>
<context>
    <name>Count</name>
    <message>
        <source>%1: %2, together %3</source>
        <translation>%1: %2, en total %3</translation>
    </message>
    <message>
        <source>Type what is in the drawer</source>
        <translation>Escriba lo que hay en la caja</translation>
    </message>
    <message>
        <source>The drawer holds what it should.</source>
        <translation>En la caja hay lo que debe haber.</translation>
    </message>
    <message>
        <source>There is more in the drawer than there should be.</source>
        <translation>En la caja hay más de lo que debe haber.</translation>
    </message>
    <message>
        <source>There is less in the drawer than there should be.</source>
        <translation>En la caja hay menos de lo que debe haber.</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>Contado</translation>
    </message>
    <message>
        <source>In the drawer</source>
        <translation>En caja</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Esperado</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Diferencia</translation>
    </message>
    <message>
        <source>One more</source>
        <translation>Uno más</translation>
    </message>
    <message>
        <source>One less</source>
        <translation>Uno menos</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Siguiente</translation>
    </message>
    <message>
        <source>Count again</source>
        <translation>Contar otra vez</translation>
    </message>
    <message>
        <source>By piece</source>
        <translation>Desglosar</translation>
    </message>
    <message>
        <source>One sum</source>
        <translation>Solo total</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Cerrar el turno</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation>Abrir el turno</translation>
    </message>
    <message>
        <source>It is counted</source>
        <translation>Ya está contado</translation>
    </message>
</context>
<context>
    <name>Customer</name>
    <message>
        <source>Customer’s details</source>
        <translation>Datos del cliente</translation>
    </message>
    <message>
        <source>Your details</source>
        <translation>Sus datos</translation>
    </message>
    <message>
        <source>This event asks for them. They are kept apart from the ticket.</source>
        <translation>Este evento los pide. Se guardan aparte del boleto.</translation>
    </message>
    <message>
        <source>Only if the customer wants to be told of a win.</source>
        <translation>Solo si el cliente quiere que se le avise si gana.</translation>
    </message>
    <message>
        <source>Only if you want to be told of a win.</source>
        <translation>Solo si quiere que se le avise si gana.</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Omitir</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Continuar</translation>
    </message>
    <message>
        <source>Next field</source>
        <translation>Siguiente</translation>
    </message>
</context>
<context>
    <name>Diagnostics</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnóstico</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>Comprobando…</translation>
    </message>
    <message>
        <source>All is well</source>
        <translation>Todo está bien</translation>
    </message>
    <message>
        <source>One thing needs you</source>
        <translation>Una cosa requiere su atención</translation>
    </message>
    <message>
        <source>%1 things need you</source>
        <translation>%1 cosas requieren su atención</translation>
    </message>
    <message>
        <source>Nothing is known to be wrong</source>
        <translation>No consta ningún problema</translation>
    </message>
    <message>
        <source>Check all</source>
        <translation>Comprobar</translation>
    </message>
    <message>
        <source>Check everything</source>
        <translation>Comprobar todo</translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Sold</source>
        <translation>Vendido</translation>
    </message>
    <message>
        <source>Printed</source>
        <translation>Impreso</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBA</translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation>Cambio a devolver</translation>
    </message>
    <message>
        <source>Ticket numbers</source>
        <translation>Números del boleto</translation>
    </message>
    <message>
        <source>Validation numbers</source>
        <translation>Números de validación</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Número de validación</translation>
    </message>
    <message numerus="yes">
        <source>and %1 more</source>
        <translation>
            <numerusform>y %1 más</numerusform>
            <numerusform>y %1 más</numerusform>
        </translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
    <message>
        <source>Next sale</source>
        <translation>Nueva venta</translation>
    </message>
</context>
<context>
    <name>Enrol</name>
    <message>
        <source>Set up this kiosk with a one-time code from your office.</source>
        <translation>Configure este puesto con un código de un solo uso de su oficina.</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Servidor</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>Código de un solo uso</translation>
    </message>
    <message>
        <source>Setting up…</source>
        <translation>Configurando…</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>Configurar</translation>
    </message>
    <message>
        <source>This machine: %1</source>
        <translation>Este equipo: %1</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Siguiente</translation>
    </message>
</context>
<context>
    <name>EventTab</name>
    <message>
        <source>TEST</source>
        <translation>PRUEBA</translation>
    </message>
    <message>
        <source>Jackpot</source>
        <translation>Acumulado</translation>
    </message>
</context>
<context>
    <name>Events</name>
    <message>
        <source>What is sold?</source>
        <translation>¿Qué se vende?</translation>
    </message>
    <message>
        <source>Tap an event. The others stay as tabs while you sell.</source>
        <translation>Toque un evento. Los demás quedan como pestañas mientras vende.</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
    <message>
        <source>Capital letter</source>
        <translation>Mayúscula</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Espacio</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Vaciar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
</context>
<context>
    <name>Keypad</name>
    <message>
        <source>Clear</source>
        <translation>Vaciar</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Borrar</translation>
    </message>
</context>
<context>
    <name>Lookup</name>
    <message>
        <source>Asking the office…</source>
        <translation>Preguntando a la oficina…</translation>
    </message>
    <message>
        <source>The office has answered.</source>
        <translation>La oficina ha respondido.</translation>
    </message>
    <message>
        <source>The office does not answer. As known at %1.</source>
        <translation>La oficina no responde. Datos de: %1.</translation>
    </message>
    <message>
        <source>Off line. As known at %1.</source>
        <translation>Sin conexión. Datos de: %1.</translation>
    </message>
    <message>
        <source>Look up a ticket</source>
        <translation>Consultar un boleto</translation>
    </message>
    <message>
        <source>Scan it, or type its validation number.</source>
        <translation>Escanéelo o escriba su número de validación.</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Número de validación</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Consultar</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Consultando…</translation>
    </message>
    <message>
        <source>Hold the ticket&apos;s square code under the scanner</source>
        <translation>Ponga el código cuadrado del boleto bajo el lector</translation>
    </message>
    <message>
        <source>The next one can be scanned at once.</source>
        <translation>Puede escanear ya el siguiente.</translation>
    </message>
    <message>
        <source>Prize</source>
        <translation>Premio</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validación</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Números</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>Evento</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>Precio</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>Vendido</translation>
    </message>
    <message>
        <source>Pay out %1</source>
        <translation>Pagar %1</translation>
    </message>
    <message>
        <source>%1, number %2</source>
        <translation>%1, número %2</translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation>Reimprimir</translation>
    </message>
    <message>
        <source>Counterfoils</source>
        <translation>Talones</translation>
    </message>
    <message>
        <source>Make void</source>
        <translation>Anular</translation>
    </message>
    <message>
        <source>Another ticket</source>
        <translation>Otro boleto</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Messages from the office</source>
        <translation>Mensajes de la oficina</translation>
    </message>
    <message>
        <source>One is new</source>
        <translation>Uno es nuevo</translation>
    </message>
    <message>
        <source>%1 are new</source>
        <translation>%1 son nuevos</translation>
    </message>
    <message>
        <source>No messages</source>
        <translation>No hay mensajes</translation>
    </message>
    <message>
        <source>What the office sends to this kiosk stands here.</source>
        <translation>Aquí aparece lo que la oficina envía a este puesto.</translation>
    </message>
    <message>
        <source>New · %1</source>
        <translation>Nuevo · %1</translation>
    </message>
    <message>
        <source>I have read it</source>
        <translation>Ya lo he leído</translation>
    </message>
    <message>
        <source>I have read them</source>
        <translation>Ya los he leído</translation>
    </message>
</context>
<context>
    <name>Move</name>
    <message>
        <source>What for?</source>
        <translation>¿Para qué?</translation>
    </message>
    <message>
        <source>Take out %1</source>
        <translation>Retirar %1</translation>
    </message>
    <message>
        <source>Put in %1</source>
        <translation>Añadir %1</translation>
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
        <translation>Atrás</translation>
    </message>
    <message>
        <source>TEST</source>
        <translation>PRUEBA</translation>
    </message>
    <message>
        <source>%1 Put it right before you take money.</source>
        <translation>%1 Soluciónelo antes de cobrar.</translation>
    </message>
    <message>
        <source>To pay</source>
        <translation>A pagar</translation>
    </message>
    <message>
        <source>Given</source>
        <translation>Recibido</translation>
    </message>
    <message>
        <source>Cash given</source>
        <translation>Efectivo recibido</translation>
    </message>
    <message>
        <source>By card</source>
        <translation>Con tarjeta</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Referencia</translation>
    </message>
    <message>
        <source>Reference on the terminal’s slip</source>
        <translation>Referencia del recibo del terminal</translation>
    </message>
    <message>
        <source>Let the terminal take %1, then type its reference</source>
        <translation>Cobre %1 en el terminal y escriba su referencia</translation>
    </message>
    <message>
        <source>Card paid</source>
        <translation>Tarjeta cobrada</translation>
    </message>
    <message>
        <source>Type how much the card pays</source>
        <translation>Escriba cuánto paga la tarjeta</translation>
    </message>
    <message>
        <source>Type the terminal’s reference</source>
        <translation>Escriba la referencia del terminal</translation>
    </message>
    <message>
        <source>Not enough yet</source>
        <translation>Aún no es suficiente</translation>
    </message>
    <message>
        <source>Change to give back</source>
        <translation>Cambio a devolver</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>Exacto</translation>
    </message>
    <message>
        <source>Selling…</source>
        <translation>Vendiendo…</translation>
    </message>
</context>
<context>
    <name>Pin</name>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>Who is selling?</source>
        <translation>¿Quién vende?</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Program hash %1</source>
        <translation>Huella del programa %1</translation>
    </message>
    <message>
        <source>Choose your name first</source>
        <translation>Elija primero su nombre</translation>
    </message>
    <message>
        <source>Enter your PIN</source>
        <translation>Escriba su PIN</translation>
    </message>
    <message>
        <source>%1 Wait %2 s.</source>
        <translation>%1 Espere %2&#xa0;s.</translation>
    </message>
    <message>
        <source>Log on</source>
        <translation>Entrar</translation>
    </message>
</context>
<context>
    <name>PrintProblem</name>
    <message>
        <source>Ticket numbers</source>
        <translation>Números del boleto</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Número de validación</translation>
    </message>
</context>
<context>
    <name>Report</name>
    <message>
        <source>So far</source>
        <translation>Hasta ahora</translation>
    </message>
    <message>
        <source>An X report changes nothing. The shift goes on.</source>
        <translation>Un informe X no cambia nada. El turno sigue.</translation>
    </message>
    <message>
        <source>Print</source>
        <translation>Imprimir</translation>
    </message>
    <message>
        <source>Print again</source>
        <translation>Reimprimir</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Listo</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>Is this right?</source>
        <translation>¿Está bien?</translation>
    </message>
    <message>
        <source>Take one more or one less, or go on and pay.</source>
        <translation>Añada o quite uno, o continúe y pague.</translation>
    </message>
    <message>
        <source>Pay %1</source>
        <translation>Pagar %1</translation>
    </message>
</context>
<context>
    <name>ScreenHead</name>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
</context>
<context>
    <name>SelfHead</name>
    <message>
        <source>Back</source>
        <translation>Atrás</translation>
    </message>
    <message>
        <source>Language: %1</source>
        <translation>Idioma: %1</translation>
    </message>
    <message>
        <source>Called</source>
        <translation>Avisado</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Ayuda</translation>
    </message>
    <message>
        <source>Help is on its way</source>
        <translation>Ya vienen a ayudarle</translation>
    </message>
    <message>
        <source>Call an attendant</source>
        <translation>Pedir ayuda</translation>
    </message>
</context>
<context>
    <name>Sell</name>
    <message>
        <source>No event</source>
        <translation>Sin evento</translation>
    </message>
    <message>
        <source>All %1 events</source>
        <translation>Los %1 eventos</translation>
    </message>
    <message numerus="yes">
        <source>%1 times</source>
        <translation>
            <numerusform>%1 vez</numerusform>
            <numerusform>%1 veces</numerusform>
        </translation>
    </message>
    <message>
        <source>Fast sale: on</source>
        <translation>Venta rápida: sí</translation>
    </message>
    <message>
        <source>Fast sale: off</source>
        <translation>Venta rápida: no</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Consultar</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Turno</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Bloquear</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Salir</translation>
    </message>
    <message>
        <source>Basket</source>
        <translation>Compra</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Vaciar</translation>
    </message>
    <message>
        <source>Nothing can be sold now</source>
        <translation>Ahora no se puede vender nada</translation>
    </message>
    <message>
        <source>One tap on a package goes straight to payment</source>
        <translation>Un toque en un paquete lleva directo al pago</translation>
    </message>
    <message>
        <source>Tap a package to begin</source>
        <translation>Toque un paquete para empezar</translation>
    </message>
    <message>
        <source>Repeat last sale</source>
        <translation>Repetir venta</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>Cobrar</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
    <message>
        <source>Each change is noted with your name.</source>
        <translation>Cada cambio se anota con su nombre.</translation>
    </message>
    <message>
        <source>It counts when the kiosk has been started again.</source>
        <translation>Se aplica al reiniciar el puesto.</translation>
    </message>
</context>
<context>
    <name>Shift</name>
    <message>
        <source>Shift %1</source>
        <translation>Turno %1</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Turno</translation>
    </message>
    <message>
        <source>%1, since %2</source>
        <translation>%1, desde %2</translation>
    </message>
    <message>
        <source>Log off</source>
        <translation>Salir</translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation>No hay turno abierto</translation>
    </message>
    <message>
        <source>Count the float that you start with, then selling can begin.</source>
        <translation>Cuente el fondo de caja inicial y ya podrá vender.</translation>
    </message>
    <message>
        <source>Open a shift</source>
        <translation>Abrir un turno</translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation>Contar la caja</translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation>Abrir el cajón</translation>
    </message>
    <message>
        <source>Without a sale; it is noted</source>
        <translation>Sin venta; queda anotado</translation>
    </message>
    <message>
        <source>Put cash in</source>
        <translation>Añadir efectivo</translation>
    </message>
    <message>
        <source>Take cash out</source>
        <translation>Retirar efectivo</translation>
    </message>
    <message>
        <source>X report</source>
        <translation>Informe X</translation>
    </message>
    <message>
        <source>How it stands; changes nothing</source>
        <translation>Cómo va; no cambia nada</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Cerrar el turno</translation>
    </message>
    <message>
        <source>Count, then the Z report</source>
        <translation>Contar y luego informe Z</translation>
    </message>
    <message>
        <source>Last Z report</source>
        <translation>Último informe Z</translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation>Recontar el último turno</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>Consultar</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
</context>
<context>
    <name>Starting</name>
    <message>
        <source>Try again now</source>
        <translation>Reintentar ahora</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>All uploaded</source>
        <translation>Todo enviado</translation>
    </message>
    <message numerus="yes">
        <source>%1 to upload</source>
        <translation>
            <numerusform>%1 por enviar</numerusform>
            <numerusform>%1 por enviar</numerusform>
        </translation>
    </message>
    <message>
        <source>oldest %1</source>
        <translation>hace %1</translation>
    </message>
    <message numerus="yes">
        <source>%1 numbers left</source>
        <translation>
            <numerusform>Queda %1 número</numerusform>
            <numerusform>Quedan %1 números</numerusform>
        </translation>
    </message>
    <message>
        <source>No numbers yet</source>
        <translation>Aún sin números</translation>
    </message>
    <message>
        <source>Clock: %1</source>
        <translation>Reloj: %1</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>1 mensaje</translation>
    </message>
    <message numerus="yes">
        <source>%1 messages</source>
        <translation>
            <numerusform>%1 mensaje</numerusform>
            <numerusform>%1 mensajes</numerusform>
        </translation>
    </message>
    <message>
        <source>Few numbers are left: connect this kiosk to fetch more.</source>
        <translation>Quedan pocos números: conecte este puesto para recibir más.</translation>
    </message>
</context>
<context>
    <name>Stepper</name>
    <message>
        <source>One %1 less</source>
        <translation>Uno menos: %1</translation>
    </message>
    <message>
        <source>One %1 more</source>
        <translation>Uno más: %1</translation>
    </message>
</context>
<context>
    <name>Sync</name>
    <message>
        <source>Status</source>
        <translation>Estado</translation>
    </message>
    <message>
        <source>Everything is at the office</source>
        <translation>Todo está en la oficina</translation>
    </message>
    <message>
        <source>Uploading…</source>
        <translation>Enviando…</translation>
    </message>
    <message>
        <source>1 sale is only here</source>
        <translation>1 venta está solo aquí</translation>
    </message>
    <message numerus="yes">
        <source>%1 sales are only here</source>
        <translation>
            <numerusform>%1 venta está solo aquí</numerusform>
            <numerusform>%1 ventas están solo aquí</numerusform>
        </translation>
    </message>
    <message>
        <source>Last contact: %1</source>
        <translation>Último contacto: %1</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>Sincronizar</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Turno</translation>
    </message>
    <message>
        <source>Messages (%1)</source>
        <translation>Mensajes (%1)</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Mensajes</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnóstico</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Ajustes</translation>
    </message>
</context>
<context>
    <name>Theme</name>
    <message>
        <source>1 ticket</source>
        <translation>1 boleto</translation>
    </message>
    <message numerus="yes">
        <source>%1 tickets</source>
        <translation>
            <numerusform>%1 boleto</numerusform>
            <numerusform>%1 boletos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Void</name>
    <message>
        <source>Make this ticket void</source>
        <translation>Anular este boleto</translation>
    </message>
    <message>
        <source>Its numbers leave the draw for good.</source>
        <translation>Sus números salen del sorteo para siempre.</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validación</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>Números</translation>
    </message>
    <message>
        <source>Give back to the customer</source>
        <translation>Devolver al cliente</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>¿Por qué?</translation>
    </message>
    <message>
        <source>A supervisor confirms this.</source>
        <translation>Lo confirma un supervisor.</translation>
    </message>
    <message>
        <source>Make void</source>
        <translation>Anular</translation>
    </message>
</context>
<context>
    <name>kiosk</name>
    <message>
        <source>The office answered within {ms} ms.</source>
        <translation>La oficina respondió en {ms}&#xa0;ms.</translation>
    </message>
    <message>
        <source>The test page came out whole.</source>
        <translation>La página de prueba salió entera.</translation>
    </message>
    <message>
        <source>{n} s away from the office&apos;s clock.</source>
        <translation>A {n}&#xa0;s del reloj de la oficina.</translation>
    </message>
    <message>
        <source>Selling goes on without it. Check the network&apos;s cable, or its Wi-Fi.</source>
        <translation>Se sigue vendiendo sin ella. Compruebe el cable de red o el wifi.</translation>
    </message>
    <message>
        <source>The clock was set while the kiosk ran: {n} s away from the time since it started.</source>
        <translation>Se cambió la hora con el puesto en marcha: {n}&#xa0;s de diferencia con el tiempo desde el arranque.</translation>
    </message>
    <message>
        <source>Sales close by the time since the start. Tell the office.</source>
        <translation>Las ventas cierran según el tiempo desde el arranque. Avise a la oficina.</translation>
    </message>
    <message>
        <source>Not compared with the office yet.</source>
        <translation>Aún sin comparar con la oficina.</translation>
    </message>
    <message>
        <source>It is compared at the next contact.</source>
        <translation>Se compara en el próximo contacto.</translation>
    </message>
    <message>
        <source>Have the clock set right before the next event. Sales close at the right time all the same.</source>
        <translation>Pida que pongan la hora correcta antes del próximo evento. Las ventas cierran a su hora de todos modos.</translation>
    </message>
    <message>
        <source>This is set on the kiosk&apos;s command line.</source>
        <translation>Esto se fija en la línea de comandos del puesto.</translation>
    </message>
    <message>
        <source>Whoever installed the kiosk has to change it there.</source>
        <translation>Debe cambiarlo allí quien instaló el puesto.</translation>
    </message>
    <message>
        <source>No USB stick is plugged in.</source>
        <translation>No hay ninguna memoria USB conectada.</translation>
    </message>
    <message>
        <source>Plug one in and try again.</source>
        <translation>Conecte una y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}.</source>
        <translation>Entradas que faltan en la oficina: {n}.</translation>
    </message>
    <message>
        <source>Connect the kiosk, or export them to a USB stick and have the office take them in.</source>
        <translation>Conecte el puesto, o expórtelas a una memoria USB y pida a la oficina que las lea.</translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet.</source>
        <translation>Hay un boleto sin terminar de imprimir.</translation>
    </message>
    <message>
        <source>Log on and settle it.</source>
        <translation>Entre y resuélvalo.</translation>
    </message>
    <message>
        <source>This kiosk is still the office&apos;s: it could not be told of the log-out.</source>
        <translation>Este puesto sigue de alta: no se pudo avisar de la baja a la oficina.</translation>
    </message>
    <message>
        <source>This kiosk is logged out</source>
        <translation>Este puesto está dado de baja</translation>
    </message>
    <message>
        <source>The office has everything that it sold.</source>
        <translation>La oficina tiene todo lo que vendió.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s old data cannot be put away.</source>
        <translation>No se pueden apartar los datos antiguos del puesto.</translation>
    </message>
    <message>
        <source>Call the office.</source>
        <translation>Llame a la oficina.</translation>
    </message>
    <message>
        <source>The network is slow; selling is not.</source>
        <translation>La red va lenta; la venta, no.</translation>
    </message>
    <message>
        <source>It starts again by itself in a moment.</source>
        <translation>Se reinicia solo en un momento.</translation>
    </message>
    <message>
        <source>Switch it off and on again to enrol it anew.</source>
        <translation>Apáguelo y enciéndalo para darlo de alta de nuevo.</translation>
    </message>
    <message>
        <source>Connect it and try again.</source>
        <translation>Conéctelo y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The office does not let this kiosk sell ({state}).</source>
        <translation>La oficina no deja vender a este puesto ({state}).</translation>
    </message>
    <message>
        <source>Call the office. Sales made so far are safe.</source>
        <translation>Llame a la oficina. Lo vendido hasta ahora está a salvo.</translation>
    </message>
    <message>
        <source>A block of numbers is not signed by this kiosk&apos;s office.</source>
        <translation>Un bloque de números no lleva la firma de la oficina de este puesto.</translation>
    </message>
    <message>
        <source>A block of numbers is another kiosk&apos;s.</source>
        <translation>Un bloque de números es de otro puesto.</translation>
    </message>
    <message>
        <source>The kept catalog is damaged.</source>
        <translation>El catálogo guardado está dañado.</translation>
    </message>
    <message>
        <source>Call the office; connect the kiosk.</source>
        <translation>Llame a la oficina y conecte el puesto.</translation>
    </message>
    <message>
        <source>The office&apos;s catalog is too large for this kiosk.</source>
        <translation>El catálogo de la oficina es demasiado grande para este puesto.</translation>
    </message>
    <message>
        <source>The catalog is not signed by this kiosk&apos;s office.</source>
        <translation>El catálogo no lleva la firma de la oficina de este puesto.</translation>
    </message>
    <message>
        <source>The catalog is another kiosk&apos;s.</source>
        <translation>El catálogo es de otro puesto.</translation>
    </message>
    <message>
        <source>The office sent an older catalog ({generation}.{serial}) than the kiosk has.</source>
        <translation>La oficina envió un catálogo ({generation}.{serial}) más antiguo que el del puesto.</translation>
    </message>
    <message>
        <source>Call the office: its server may have been restored without raising its generation.</source>
        <translation>Llame a la oficina: quizá se restauró su servidor sin subir su generación.</translation>
    </message>
    <message>
        <source>The kiosk has not heard from the office yet.</source>
        <translation>El puesto aún no ha recibido nada de la oficina.</translation>
    </message>
    <message>
        <source>Connect it to the network.</source>
        <translation>Conéctelo a la red.</translation>
    </message>
    <message>
        <source>Wait for the office.</source>
        <translation>Espere a la oficina.</translation>
    </message>
    <message>
        <source>This event is not on this kiosk.</source>
        <translation>Este evento no está en este puesto.</translation>
    </message>
    <message>
        <source>Choose another event.</source>
        <translation>Elija otro evento.</translation>
    </message>
    <message>
        <source>Sales for {event} are paused.</source>
        <translation>La venta de {event} está en pausa.</translation>
    </message>
    <message>
        <source>{event} is not on sale yet.</source>
        <translation>{event} aún no está a la venta.</translation>
    </message>
    <message>
        <source>The office must activate it.</source>
        <translation>La oficina debe activarlo.</translation>
    </message>
    <message>
        <source>{event} was cancelled.</source>
        <translation>{event} se ha cancelado.</translation>
    </message>
    <message>
        <source>Sales for {event} are closed.</source>
        <translation>La venta de {event} está cerrada.</translation>
    </message>
    <message>
        <source>Sales for {event} have not opened yet.</source>
        <translation>La venta de {event} aún no ha abierto.</translation>
    </message>
    <message>
        <source>Wait for the opening time.</source>
        <translation>Espere a la hora de apertura.</translation>
    </message>
    <message>
        <source>{event} is sold at self-service kiosks only.</source>
        <translation>{event} solo se vende en puestos de autoservicio.</translation>
    </message>
    <message>
        <source>{event} is not sold at self-service kiosks.</source>
        <translation>{event} no se vende en puestos de autoservicio.</translation>
    </message>
    <message>
        <source>This package is not on offer now.</source>
        <translation>Este paquete no se ofrece ahora.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>Elija otro.</translation>
    </message>
    <message>
        <source>A block of numbers cannot be read: {e}.</source>
        <translation>No se puede leer un bloque de números: {e}.</translation>
    </message>
    <message>
        <source>The office&apos;s catalog cannot be read: {e}.</source>
        <translation>No se puede leer el catálogo de la oficina: {e}.</translation>
    </message>
    <message>
        <source>The office has disabled this kiosk.</source>
        <translation>La oficina ha desactivado este puesto.</translation>
    </message>
    <message>
        <source>The office has suspended this kiosk.</source>
        <translation>La oficina ha suspendido este puesto.</translation>
    </message>
    <message>
        <source>The office has revoked this kiosk.</source>
        <translation>La oficina ha revocado este puesto.</translation>
    </message>
    <message>
        <source>The office has retired this kiosk.</source>
        <translation>La oficina ha retirado este puesto.</translation>
    </message>
    <message>
        <source>The office has stopped all sales.</source>
        <translation>La oficina ha detenido todas las ventas.</translation>
    </message>
    <message>
        <source>A name has letters.</source>
        <translation>Un nombre lleva letras.</translation>
    </message>
    <message>
        <source>This number is too short.</source>
        <translation>Este número es demasiado corto.</translation>
    </message>
    <message>
        <source>The @ and what follows it are missing.</source>
        <translation>Falta la @ y lo que va detrás.</translation>
    </message>
    <message>
        <source>The end of this address is missing.</source>
        <translation>Falta el final de la dirección.</translation>
    </message>
    <message>
        <source>This name is too long.</source>
        <translation>Este nombre es demasiado largo.</translation>
    </message>
    <message>
        <source>A phone number has digits only.</source>
        <translation>Un teléfono solo lleva cifras.</translation>
    </message>
    <message>
        <source>Begin with + and the country&apos;s code.</source>
        <translation>Empiece con + y el código del país.</translation>
    </message>
    <message>
        <source>No country&apos;s code begins with 0.</source>
        <translation>Ningún código de país empieza por 0.</translation>
    </message>
    <message>
        <source>This number is too long.</source>
        <translation>Este número es demasiado largo.</translation>
    </message>
    <message>
        <source>What stands before the @ is no e-mail address.</source>
        <translation>Lo que va antes de la @ no es válido.</translation>
    </message>
    <message>
        <source>What stands behind the @ is no e-mail address.</source>
        <translation>Lo que va después de la @ no es válido.</translation>
    </message>
    <message>
        <source>An e-mail address cannot begin like this.</source>
        <translation>Un correo no puede empezar así.</translation>
    </message>
    <message>
        <source>In step</source>
        <translation>Al día</translation>
    </message>
    <message>
        <source>Do not sell. Call the office; it needs this kiosk and its second copy.</source>
        <translation>No venda. Llame a la oficina; necesita este puesto y su segunda copia.</translation>
    </message>
    <message>
        <source>{percent} % of sales</source>
        <translation>{percent}&#xa0;% de las ventas</translation>
    </message>
    <message>
        <source>Not connected yet</source>
        <translation>Aún sin conexión</translation>
    </message>
    <message>
        <source>None set up</source>
        <translation>Sin configurar</translation>
    </message>
    <message>
        <source>{n} entries behind</source>
        <translation>Faltan {n} entradas</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>Comprobado</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Sin comprobar</translation>
    </message>
    <message>
        <source>Not the publisher&apos;s</source>
        <translation>No es del editor</translation>
    </message>
    <message>
        <source>Checking the journal</source>
        <translation>Comprobando el registro</translation>
    </message>
    <message>
        <source>Reading events and sales</source>
        <translation>Leyendo eventos y ventas</translation>
    </message>
    <message>
        <source>This kiosk must not sell</source>
        <translation>Este puesto no debe vender</translation>
    </message>
    <message>
        <source>The office no longer sends this event; its ticket cannot be printed.</source>
        <translation>La oficina ya no envía este evento; su boleto no se puede imprimir.</translation>
    </message>
    <message>
        <source>The office no longer sends this event; its counterfoils cannot be printed.</source>
        <translation>La oficina ya no envía este evento; sus talones no se pueden imprimir.</translation>
    </message>
    <message>
        <source>There is no ticket to pay for.</source>
        <translation>No hay ningún boleto que pagar.</translation>
    </message>
    <message>
        <source>Scan it again.</source>
        <translation>Escanéelo otra vez.</translation>
    </message>
    <message>
        <source>Paying needs the network.</source>
        <translation>Para pagar hace falta la red.</translation>
    </message>
    <message>
        <source>Send the winner to the claims desk, or try again.</source>
        <translation>Envíe al ganador al mostrador de premios o vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>The server&apos;s certificate is not this kiosk&apos;s.</source>
        <translation>El certificado del servidor no es el de este puesto.</translation>
    </message>
    <message>
        <source>Opening the journal</source>
        <translation>Abriendo el registro</translation>
    </message>
    <message>
        <source>The server&apos;s certificate cannot be read.</source>
        <translation>No se puede leer el certificado del servidor.</translation>
    </message>
    <message>
        <source>The program failed here; sales go on. Started again in {n} s</source>
        <translation>Aquí falló el programa; se sigue vendiendo. Se reinicia en {n}&#xa0;s</translation>
    </message>
    <message>
        <source>The program has failed</source>
        <translation>El programa ha fallado</translation>
    </message>
    <message>
        <source>A part of it ({name}) has stopped. Sales made so far are safe.</source>
        <translation>Una parte ({name}) se ha parado. Lo vendido hasta ahora está a salvo.</translation>
    </message>
    <message>
        <source>Start the kiosk again.</source>
        <translation>Reinicie el puesto.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk does not answer.</source>
        <translation>El disco del puesto no responde.</translation>
    </message>
    <message>
        <source>No printer</source>
        <translation>Sin impresora</translation>
    </message>
    <message>
        <source>No scanner</source>
        <translation>Sin lector</translation>
    </message>
    <message>
        <source>No cash drawer</source>
        <translation>Sin cajón</translation>
    </message>
    <message>
        <source>The office no longer lets you work here.</source>
        <translation>La oficina ya no le permite trabajar aquí.</translation>
    </message>
    <message>
        <source>The scan could not be read. Try again.</source>
        <translation>No se pudo leer el código. Inténtelo otra vez.</translation>
    </message>
    <message>
        <source>A ticket was scanned. Finish this first, then scan it again.</source>
        <translation>Se escaneó un boleto. Termine esto primero y escanéelo otra vez.</translation>
    </message>
    <message>
        <source>That PIN is not right.</source>
        <translation>Ese PIN no es correcto.</translation>
    </message>
    <message>
        <source>This PIN is locked. A supervisor who logs on lifts that, and so does the office.</source>
        <translation>Este PIN está bloqueado. Se desbloquea cuando entra un supervisor, o desde la oficina.</translation>
    </message>
    <message>
        <source>Nobody here may agree to this. Call the office.</source>
        <translation>Nadie aquí puede autorizarlo. Llame a la oficina.</translation>
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
        <translation>Falta algo o aún no es correcto.</translation>
    </message>
    <message>
        <source>These tickets are sold from {n} years on.</source>
        <translation>Estos boletos se venden a partir de {n} años.</translation>
    </message>
    <message>
        <source>Is the buyer {n} or older?</source>
        <translation>¿Tiene el comprador {n} años o más?</translation>
    </message>
    <message>
        <source>Ask for a proof of age if you are not sure. Nobody under {n} may buy these tickets.</source>
        <translation>Pida un documento si tiene dudas. Ningún menor de {n} años puede comprar estos boletos.</translation>
    </message>
    <message>
        <source>The buyer&apos;s details are gone: nobody touched the screen.</source>
        <translation>Se borraron los datos del comprador: nadie tocó la pantalla.</translation>
    </message>
    <message>
        <source>A package is no longer on offer and was taken out.</source>
        <translation>Un paquete ya no se ofrece y se ha quitado.</translation>
    </message>
    <message>
        <source>One sale cannot mix currencies. Finish this sale first.</source>
        <translation>Una venta no puede mezclar monedas. Termine esta primero.</translation>
    </message>
    <message>
        <source>One sale holds at most {n} tickets.</source>
        <translation>Una venta admite como máximo {n} boletos.</translation>
    </message>
    <message>
        <source>No change</source>
        <translation>Sin cambio</translation>
    </message>
    <message>
        <source>Tests for {event} are over: sales are opening.</source>
        <translation>Acabaron las pruebas de {event}: se abre la venta.</translation>
    </message>
    <message>
        <source>Sell real tickets once the event is on sale.</source>
        <translation>Venda boletos reales cuando el evento esté a la venta.</translation>
    </message>
    <message>
        <source>A self-service kiosk sells no test tickets.</source>
        <translation>Un puesto de autoservicio no vende boletos de prueba.</translation>
    </message>
    <message>
        <source>Try an attended kiosk.</source>
        <translation>Use un puesto atendido.</translation>
    </message>
    <message>
        <source>The test of {event} was put away.</source>
        <translation>Se descartó la prueba de {event}.</translation>
    </message>
    <message>
        <source>On sale</source>
        <translation>A la venta</translation>
    </message>
    <message>
        <source>Not open yet: tests only</source>
        <translation>Aún sin abrir: solo pruebas</translation>
    </message>
    <message>
        <source>Take no money</source>
        <translation>No cobre dinero</translation>
    </message>
    <message>
        <source>{event} is on sale now. The test was put away.</source>
        <translation>{event} ya está a la venta. Se descartó la prueba.</translation>
    </message>
    <message>
        <source>What you sell now is a TEST: take no money. It is in no draw.</source>
        <translation>Lo que venda ahora es una PRUEBA: no cobre dinero. No entra en ningún sorteo.</translation>
    </message>
    <message>
        <source>One sale cannot mix tests and real tickets. Finish this one first.</source>
        <translation>Una venta no puede mezclar pruebas y boletos reales. Termine esta primero.</translation>
    </message>
    <message>
        <source>{event} is not paid for like the rest. Finish this sale first.</source>
        <translation>{event} no se paga como el resto. Termine primero esta venta.</translation>
    </message>
    <message>
        <source>{n} numbers left</source>
        <translation>Quedan {n} números</translation>
    </message>
    <message>
        <source>{n} days</source>
        <translation>{n}&#xa0;días</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n}&#xa0;s</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n}&#xa0;min</translation>
    </message>
    <message>
        <source>{h} h {m:02} min</source>
        <translation>{h}&#xa0;h {m:02}&#xa0;min</translation>
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
        <translation>Cobrado {amount}</translation>
    </message>
    <message>
        <source>Type how much the card has paid: a part of the sum.</source>
        <translation>Escriba lo pagado con tarjeta: una parte del total.</translation>
    </message>
    <message>
        <source>That is not enough.</source>
        <translation>No es suficiente.</translation>
    </message>
    <message>
        <source>Type the reference that the card terminal shows.</source>
        <translation>Escriba la referencia que muestra el terminal.</translation>
    </message>
    <message>
        <source>Card has paid {amount}</source>
        <translation>Cobrado {amount} con tarjeta</translation>
    </message>
    <message>
        <source>Test: no money</source>
        <translation>Prueba: sin dinero</translation>
    </message>
    <message>
        <source>Print the TEST ticket</source>
        <translation>Imprimir PRUEBA</translation>
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
        <translation>Después, imprímalo. O anule la venta y devuelva el dinero.</translation>
    </message>
    <message>
        <source>Whole: hand it over. Not whole: tear it up and print it again.</source>
        <translation>Entero: entréguelo. Si no: rómpalo e imprímalo otra vez.</translation>
    </message>
    <message>
        <source>Yes, it is whole</source>
        <translation>Sí, está entero</translation>
    </message>
    <message>
        <source>Print it now</source>
        <translation>Imprimir ahora</translation>
    </message>
    <message>
        <source>No, print again</source>
        <translation>No, reimprimir</translation>
    </message>
    <message>
        <source>Misprint: make void</source>
        <translation>Salió mal: anular</translation>
    </message>
    <message>
        <source>The counterfoils did not come out</source>
        <translation>Los talones no han salido</translation>
    </message>
    <message>
        <source>Did all counterfoils come out?</source>
        <translation>¿Han salido todos los talones?</translation>
    </message>
    <message>
        <source>Then print them. The buyer has the ticket and need not wait.</source>
        <translation>Después, imprímalos. El comprador ya tiene el boleto y no debe esperar.</translation>
    </message>
    <message>
        <source>All there: put them into the drum. Some missing: tear up the rest; a supervisor has them printed again.</source>
        <translation>Están todos: échelos a la urna. Falta alguno: rompa el resto; un supervisor los reimprime.</translation>
    </message>
    <message>
        <source>Yes, all are there</source>
        <translation>Sí, están todos</translation>
    </message>
    <message>
        <source>Print them now</source>
        <translation>Imprimir ahora</translation>
    </message>
    <message>
        <source>No, print them again</source>
        <translation>No, reimprimir</translation>
    </message>
    <message>
        <source>Print them later</source>
        <translation>Imprimir más tarde</translation>
    </message>
    <message>
        <source>Then print it. Or make the test void: no money was taken.</source>
        <translation>Después, imprímalo. O anule la prueba: no se cobró dinero.</translation>
    </message>
    <message>
        <source>The kiosk was interrupted while this ticket was printing.</source>
        <translation>El puesto se interrumpió mientras imprimía este boleto.</translation>
    </message>
    <message>
        <source>Print the counterfoils again</source>
        <translation>Reimprimir los talones</translation>
    </message>
    <message>
        <source>Tear up those that came out before: they must not be in the drum twice.</source>
        <translation>Rompa los que salieron antes: no deben estar dos veces en la urna.</translation>
    </message>
    <message>
        <source>Printing the counterfoils</source>
        <translation>Imprimiendo los talones</translation>
    </message>
    <message>
        <source>The kiosk was interrupted while these counterfoils were printing.</source>
        <translation>El puesto se interrumpió mientras imprimía estos talones.</translation>
    </message>
    <message>
        <source>It came out.</source>
        <translation>Ha salido.</translation>
    </message>
    <message>
        <source>Look the ticket up to print its counterfoils later.</source>
        <translation>Consulte el boleto para imprimir sus talones más tarde.</translation>
    </message>
    <message>
        <source>Printing ticket {place} of {total}</source>
        <translation>Imprimiendo el boleto {place} de {total}</translation>
    </message>
    <message>
        <source>Printing the ticket</source>
        <translation>Imprimiendo el boleto</translation>
    </message>
    <message>
        <source>The customer changed their mind</source>
        <translation>El cliente cambió de idea</translation>
    </message>
    <message>
        <source>Wrong package or quantity</source>
        <translation>Paquete o cantidad equivocados</translation>
    </message>
    <message>
        <source>The payment did not go through</source>
        <translation>El pago no se completó</translation>
    </message>
    <message>
        <source>The ticket is damaged</source>
        <translation>El boleto está dañado</translation>
    </message>
    <message>
        <source>The attendant&apos;s PIN</source>
        <translation>PIN del personal</translation>
    </message>
    <message>
        <source>Somebody is called. Please wait here.</source>
        <translation>Hemos avisado a alguien. Espere aquí, por favor.</translation>
    </message>
    <message>
        <source>The attendant takes {amount} and goes on.</source>
        <translation>El personal cobra {amount} y continúa.</translation>
    </message>
    <message>
        <source>Who attends?</source>
        <translation>¿Quién atiende?</translation>
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
        <translation>Ahora no hay nada a la venta aquí.</translation>
    </message>
    <message>
        <source>A customer asks for help at this kiosk.</source>
        <translation>Un cliente pide ayuda en este puesto.</translation>
    </message>
    <message>
        <source>Open the shift</source>
        <translation>Abrir el turno</translation>
    </message>
    <message>
        <source>Count the drawer</source>
        <translation>Contar la caja</translation>
    </message>
    <message>
        <source>Close the shift</source>
        <translation>Cerrar el turno</translation>
    </message>
    <message>
        <source>Count the last shift again</source>
        <translation>Recontar el último turno</translation>
    </message>
    <message>
        <source>Count the float that you start with.</source>
        <translation>Cuente el fondo de caja inicial.</translation>
    </message>
    <message>
        <source>Nothing changes by counting; it is noted.</source>
        <translation>Contar no cambia nada; queda anotado.</translation>
    </message>
    <message>
        <source>Count everything in the drawer, the float too.</source>
        <translation>Cuente todo lo que hay en la caja, también el fondo.</translation>
    </message>
    <message>
        <source>Count everything that was in the drawer. What was signed stays; a supplement is made.</source>
        <translation>Cuente todo lo que había en la caja. Lo firmado se conserva; se hace un suplemento.</translation>
    </message>
    <message>
        <source>To the cent</source>
        <translation>Sin diferencia</translation>
    </message>
    <message>
        <source>{amount} over</source>
        <translation>Sobran {amount}</translation>
    </message>
    <message>
        <source>{amount} short</source>
        <translation>Faltan {amount}</translation>
    </message>
    <message>
        <source>Shift {n} · {name}</source>
        <translation>Turno {n} · {name}</translation>
    </message>
    <message>
        <source>Count it first. If nothing is in it, type 0.</source>
        <translation>Cuéntela primero. Si no hay nada, escriba 0.</translation>
    </message>
    <message>
        <source>The count is noted. Count again, or close the shift.</source>
        <translation>El recuento está anotado. Cuente otra vez o cierre el turno.</translation>
    </message>
    <message>
        <source>Open the drawer</source>
        <translation>Abrir el cajón</translation>
    </message>
    <message>
        <source>The drawer is opened without a sale.</source>
        <translation>El cajón se abre sin venta.</translation>
    </message>
    <message>
        <source>Type an amount.</source>
        <translation>Escriba un importe.</translation>
    </message>
    <message>
        <source>The report is printing.</source>
        <translation>Se está imprimiendo el informe.</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Fondo de caja</translation>
    </message>
    <message>
        <source>Sales ({n})</source>
        <translation>Ventas ({n})</translation>
    </message>
    <message>
        <source>Paid by card</source>
        <translation>Pagado con tarjeta</translation>
    </message>
    <message>
        <source>Given back for voids</source>
        <translation>Devuelto por anulaciones</translation>
    </message>
    <message>
        <source>Prizes paid</source>
        <translation>Premios pagados</translation>
    </message>
    <message>
        <source>Put in or taken out</source>
        <translation>Añadido o retirado</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. They or a supervisor close it.</source>
        <translation>Este turno es de {name}. Lo cierra esa persona o un supervisor.</translation>
    </message>
    <message>
        <source>No event was sent by the office yet: there is no money to count.</source>
        <translation>La oficina aún no ha enviado ningún evento: no hay dinero que contar.</translation>
    </message>
    <message>
        <source>No cash drawer is set up.</source>
        <translation>No hay ningún cajón configurado.</translation>
    </message>
    <message>
        <source>Choose what it is for.</source>
        <translation>Elija el motivo.</translation>
    </message>
    <message>
        <source>That was {name}&apos;s shift.</source>
        <translation>Ese turno era de {name}.</translation>
    </message>
    <message>
        <source>The report is printed. Sign it and keep it with the money.</source>
        <translation>Informe impreso. Fírmelo y guárdelo con el dinero.</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift. It must be closed, by them or by a supervisor, before you can sell.</source>
        <translation>Este turno es de {name}. Debe cerrarlo esa persona o un supervisor antes de que usted pueda vender.</translation>
    </message>
    <message>
        <source>Voids</source>
        <translation>Anulaciones</translation>
    </message>
    <message>
        <source>Put cash into the drawer</source>
        <translation>Añadir efectivo a la caja</translation>
    </message>
    <message>
        <source>Take cash out of the drawer</source>
        <translation>Retirar efectivo de la caja</translation>
    </message>
    <message>
        <source>The shift is open.</source>
        <translation>El turno está abierto.</translation>
    </message>
    <message>
        <source>The count is what it was before.</source>
        <translation>El recuento es el mismo que antes.</translation>
    </message>
    <message>
        <source>It is noted.</source>
        <translation>Queda anotado.</translation>
    </message>
    <message>
        <source>The report did not come out.</source>
        <translation>El informe no ha salido.</translation>
    </message>
    <message>
        <source>What is expected is shown afterwards.</source>
        <translation>Lo esperado se muestra después.</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>Esperado</translation>
    </message>
    <message>
        <source>Ticket {validation}.</source>
        <translation>Boleto {validation}.</translation>
    </message>
    <message>
        <source>It was a test: no money goes back.</source>
        <translation>Era una prueba: no se devuelve dinero.</translation>
    </message>
    <message>
        <source>Choose a reason.</source>
        <translation>Elija un motivo.</translation>
    </message>
    <message>
        <source>Make this ticket void</source>
        <translation>Anular este boleto</translation>
    </message>
    <message>
        <source>Print this ticket again</source>
        <translation>Reimprimir este boleto</translation>
    </message>
    <message>
        <source>Pay this prize?</source>
        <translation>¿Pagar este premio?</translation>
    </message>
    <message>
        <source>Asking the office</source>
        <translation>Preguntando a la oficina</translation>
    </message>
    <message>
        <source>The office has not answered</source>
        <translation>La oficina no ha respondido</translation>
    </message>
    <message>
        <source>Hand out {amount}</source>
        <translation>Entregue {amount}</translation>
    </message>
    <message>
        <source>Do not pay</source>
        <translation>No pague</translation>
    </message>
    <message>
        <source>The office notes the payment first. Hand the money out when it has answered.</source>
        <translation>La oficina anota primero el pago. Entregue el dinero cuando haya respondido.</translation>
    </message>
    <message>
        <source>Hand nothing out yet.</source>
        <translation>No entregue nada todavía.</translation>
    </message>
    <message>
        <source>Hand nothing out yet. It is not known whether the payment was noted; the kiosk goes on asking.</source>
        <translation>No entregue nada todavía. No se sabe si el pago quedó anotado; el puesto sigue preguntando.</translation>
    </message>
    <message>
        <source>Give back {amount} in cash.</source>
        <translation>Devuelva {amount} en efectivo.</translation>
    </message>
    <message>
        <source>Give back {amount} at the card terminal, reference {reference}.</source>
        <translation>Devuelva {amount} en el terminal de tarjetas, referencia {reference}.</translation>
    </message>
    <message>
        <source>{n} GB</source>
        <translation>{n}&#xa0;GB</translation>
    </message>
    <message>
        <source>{n} MB</source>
        <translation>{n}&#xa0;MB</translation>
    </message>
    <message>
        <source>Change: {amount}</source>
        <translation>Cambio: {amount}</translation>
    </message>
    <message>
        <source>Give back {amount} in cash, and the change of {change}: {total} in all.</source>
        <translation>Devuelva {amount} en efectivo y el cambio de {change}: {total} en total.</translation>
    </message>
    <message>
        <source>Log on to look up a ticket.</source>
        <translation>Entre para consultar un boleto.</translation>
    </message>
    <message>
        <source>Void.</source>
        <translation>Anulado.</translation>
    </message>
    <message>
        <source>{pay} is now noted as paid here. Hand it out if you have not.</source>
        <translation>{pay} consta ya como pagado aquí. Entréguelo si no lo ha hecho.</translation>
    </message>
    <message>
        <source>Give the change of {amount} in cash.</source>
        <translation>Entregue el cambio de {amount} en efectivo.</translation>
    </message>
    <message>
        <source>The last prize is not paid here.</source>
        <translation>El último premio no se paga aquí.</translation>
    </message>
    <message>
        <source>Do not switch off or delete anything. Call the office, which recovers the sales.</source>
        <translation>No apague ni borre nada. Llame a la oficina, que recupera las ventas.</translation>
    </message>
    <message>
        <source>Go back, correct it and try again.</source>
        <translation>Vuelva atrás, corríjalo e inténtelo otra vez.</translation>
    </message>
    <message>
        <source>Ask a supervisor.</source>
        <translation>Pida ayuda a un supervisor.</translation>
    </message>
    <message>
        <source>Have the program installed again.</source>
        <translation>Pida que reinstalen el programa.</translation>
    </message>
    <message>
        <source>A supervisor can change it in the settings.</source>
        <translation>Un supervisor puede cambiarlo en los ajustes.</translation>
    </message>
    <message>
        <source>The kiosk cannot sell</source>
        <translation>El puesto no puede vender</translation>
    </message>
    <message>
        <source>The kiosk is already running</source>
        <translation>El puesto ya está en marcha</translation>
    </message>
    <message>
        <source>Use the one that runs, or end it and try again.</source>
        <translation>Use el que está en marcha, o ciérrelo y vuelva a intentarlo.</translation>
    </message>
    <message>
        <source>This program is too old</source>
        <translation>Este programa es demasiado antiguo</translation>
    </message>
    <message>
        <source>Have the newer program installed again.</source>
        <translation>Pida que instalen otra vez el programa más nuevo.</translation>
    </message>
    <message>
        <source>The journal is damaged</source>
        <translation>El registro está dañado</translation>
    </message>
    <message>
        <source>The journal is missing</source>
        <translation>Falta el registro</translation>
    </message>
    <message>
        <source>The journal cannot be read</source>
        <translation>No se puede leer el registro</translation>
    </message>
    <message>
        <source>The kiosk&apos;s identity cannot be read</source>
        <translation>No se puede leer la identidad del puesto</translation>
    </message>
    <message>
        <source>This disk is an old copy</source>
        <translation>Este disco es una copia antigua</translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program</source>
        <translation>Este programa no es el del editor</translation>
    </message>
    <message>
        <source>The program cannot be read</source>
        <translation>No se puede leer el programa</translation>
    </message>
    <message>
        <source>The screens cannot be shown</source>
        <translation>No se pueden mostrar las pantallas</translation>
    </message>
    <message>
        <source>The disk fails</source>
        <translation>El disco falla</translation>
    </message>
    <message>
        <source>Call the office; the disk has to be changed.</source>
        <translation>Llame a la oficina; hay que cambiar el disco.</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>El disco está lleno</translation>
    </message>
    <message>
        <source>Call the office, which makes room.</source>
        <translation>Llame a la oficina para que haga sitio.</translation>
    </message>
    <message>
        <source>The disk is nearly full</source>
        <translation>El disco está casi lleno</translation>
    </message>
    <message>
        <source>The disk does not answer</source>
        <translation>El disco no responde</translation>
    </message>
    <message>
        <source>The events cannot be read</source>
        <translation>No se pueden leer los eventos</translation>
    </message>
    <message>
        <source>Connect the kiosk to the office.</source>
        <translation>Conecte el puesto con la oficina.</translation>
    </message>
    <message>
        <source>The clock is wrong</source>
        <translation>El reloj está mal</translation>
    </message>
    <message>
        <source>Have the clock set right.</source>
        <translation>Pida que pongan la hora correcta.</translation>
    </message>
    <message>
        <source>Switch it off and on to enrol it anew.</source>
        <translation>Apáguelo y enciéndalo para darlo de alta de nuevo.</translation>
    </message>
    <message>
        <source>The kiosk could not be logged out</source>
        <translation>No se pudo dar de baja el puesto</translation>
    </message>
    <message>
        <source>This kiosk is disabled</source>
        <translation>Este puesto está desactivado</translation>
    </message>
    <message>
        <source>Ask the office to enable it.</source>
        <translation>Pida a la oficina que lo active.</translation>
    </message>
    <message>
        <source>This kiosk is suspended</source>
        <translation>Este puesto está suspendido</translation>
    </message>
    <message>
        <source>This kiosk was revoked</source>
        <translation>Este puesto está revocado</translation>
    </message>
    <message>
        <source>This kiosk is retired</source>
        <translation>Este puesto está retirado</translation>
    </message>
    <message>
        <source>This kiosk is not enabled yet</source>
        <translation>Este puesto aún no está activado</translation>
    </message>
    <message>
        <source>All sales are stopped</source>
        <translation>Todas las ventas están detenidas</translation>
    </message>
    <message>
        <source>Nothing to sell yet</source>
        <translation>Aún no hay nada que vender</translation>
    </message>
    <message>
        <source>The office cannot read this journal</source>
        <translation>La oficina no puede leer este registro</translation>
    </message>
    <message>
        <source>This event is not here</source>
        <translation>Este evento no está aquí</translation>
    </message>
    <message>
        <source>This package is not on offer</source>
        <translation>Este paquete no se ofrece</translation>
    </message>
    <message>
        <source>Choose another package.</source>
        <translation>Elija otro paquete.</translation>
    </message>
    <message>
        <source>Not on sale yet</source>
        <translation>Aún no está a la venta</translation>
    </message>
    <message>
        <source>The office has to activate it.</source>
        <translation>La oficina debe activarlo.</translation>
    </message>
    <message>
        <source>Sales are paused</source>
        <translation>La venta está en pausa</translation>
    </message>
    <message>
        <source>The event was cancelled</source>
        <translation>El evento se ha cancelado</translation>
    </message>
    <message>
        <source>Sales are closed</source>
        <translation>La venta está cerrada</translation>
    </message>
    <message>
        <source>No numbers are left</source>
        <translation>No quedan números</translation>
    </message>
    <message>
        <source>Connect the kiosk: it asks the office for more.</source>
        <translation>Conecte el puesto: pedirá más a la oficina.</translation>
    </message>
    <message>
        <source>No numbers yet</source>
        <translation>Aún no hay números</translation>
    </message>
    <message>
        <source>Connect the kiosk: the office hands them out.</source>
        <translation>Conecte el puesto: los números los asigna la oficina.</translation>
    </message>
    <message>
        <source>Tests are over</source>
        <translation>Las pruebas han terminado</translation>
    </message>
    <message>
        <source>Not sold in this way</source>
        <translation>No se vende de este modo</translation>
    </message>
    <message>
        <source>The office cannot be reached</source>
        <translation>No hay conexión con la oficina</translation>
    </message>
    <message>
        <source>Connect the kiosk to the network.</source>
        <translation>Conecte el puesto a la red.</translation>
    </message>
    <message>
        <source>Too much is not uploaded</source>
        <translation>Hay demasiado sin enviar</translation>
    </message>
    <message>
        <source>The numbers have expired</source>
        <translation>Los números han caducado</translation>
    </message>
    <message>
        <source>The buyer&apos;s age has to be seen</source>
        <translation>Hay que comprobar la edad</translation>
    </message>
    <message>
        <source>Ask for the buyer&apos;s age.</source>
        <translation>Pregunte la edad del comprador.</translation>
    </message>
    <message>
        <source>The basket is too large, or empty</source>
        <translation>La compra es demasiado grande o está vacía</translation>
    </message>
    <message>
        <source>Sell it in several sales.</source>
        <translation>Véndalo en varias ventas.</translation>
    </message>
    <message>
        <source>Two currencies in one sale</source>
        <translation>Dos monedas en una venta</translation>
    </message>
    <message>
        <source>Sell them one after the other.</source>
        <translation>Véndalos uno tras otro.</translation>
    </message>
    <message>
        <source>The card&apos;s amount does not fit</source>
        <translation>El importe de la tarjeta no cuadra</translation>
    </message>
    <message>
        <source>The card&apos;s reference is missing</source>
        <translation>Falta la referencia de la tarjeta</translation>
    </message>
    <message>
        <source>Type what the terminal printed.</source>
        <translation>Escriba lo que imprimió el terminal.</translation>
    </message>
    <message>
        <source>The buyer&apos;s details are missing</source>
        <translation>Faltan los datos del comprador</translation>
    </message>
    <message>
        <source>Ask the buyer for them.</source>
        <translation>Pídaselos al comprador.</translation>
    </message>
    <message>
        <source>Not paid for in this way</source>
        <translation>No se puede pagar de este modo</translation>
    </message>
    <message>
        <source>Choose another way to pay.</source>
        <translation>Elija otra forma de pago.</translation>
    </message>
    <message>
        <source>Not enough was given</source>
        <translation>Falta dinero</translation>
    </message>
    <message>
        <source>A ticket&apos;s print has no end yet</source>
        <translation>Un boleto sin terminar de imprimir</translation>
    </message>
    <message>
        <source>Say first whether it came out whole.</source>
        <translation>Diga primero si ha salido entero.</translation>
    </message>
    <message>
        <source>Already void</source>
        <translation>Ya está anulado</translation>
    </message>
    <message>
        <source>Give no money back again.</source>
        <translation>No devuelva el dinero otra vez.</translation>
    </message>
    <message>
        <source>Not to be made void</source>
        <translation>No se puede anular</translation>
    </message>
    <message>
        <source>Not sold here</source>
        <translation>No se vendió aquí</translation>
    </message>
    <message>
        <source>Ask the kiosk that sold it, or the office.</source>
        <translation>Pregunte al puesto que lo vendió o a la oficina.</translation>
    </message>
    <message>
        <source>No counterfoils to print</source>
        <translation>No hay talones que imprimir</translation>
    </message>
    <message>
        <source>Nothing is to be done.</source>
        <translation>No hay que hacer nada.</translation>
    </message>
    <message>
        <source>No ticket</source>
        <translation>No hay boleto</translation>
    </message>
    <message>
        <source>A reason is missing</source>
        <translation>Falta un motivo</translation>
    </message>
    <message>
        <source>Choose or type one.</source>
        <translation>Elija o escriba uno.</translation>
    </message>
    <message>
        <source>A prize is being asked for</source>
        <translation>Se está consultando un premio</translation>
    </message>
    <message>
        <source>Wait for the office&apos;s answer to it.</source>
        <translation>Espere la respuesta de la oficina.</translation>
    </message>
    <message>
        <source>Nobody is logged on</source>
        <translation>No hay nadie identificado</translation>
    </message>
    <message>
        <source>No shift is open</source>
        <translation>No hay turno abierto</translation>
    </message>
    <message>
        <source>Count the float and open one.</source>
        <translation>Cuente el fondo de caja y abra uno.</translation>
    </message>
    <message>
        <source>Another operator&apos;s shift is open</source>
        <translation>Hay abierto un turno de otro operador</translation>
    </message>
    <message>
        <source>They, or a supervisor, close it.</source>
        <translation>Lo cierra esa persona o un supervisor.</translation>
    </message>
    <message>
        <source>A shift is open</source>
        <translation>Hay un turno abierto</translation>
    </message>
    <message>
        <source>Close it first.</source>
        <translation>Ciérrelo primero.</translation>
    </message>
    <message>
        <source>The drawer is not counted</source>
        <translation>La caja no está contada</translation>
    </message>
    <message>
        <source>Count it first.</source>
        <translation>Cuéntela primero.</translation>
    </message>
    <message>
        <source>No amount</source>
        <translation>Falta el importe</translation>
    </message>
    <message>
        <source>A supervisor has to agree</source>
        <translation>Debe autorizarlo un supervisor</translation>
    </message>
    <message>
        <source>A setting cannot be meant</source>
        <translation>Un ajuste no es válido</translation>
    </message>
    <message>
        <source>Correct it in the settings&apos; file.</source>
        <translation>Corríjalo en el archivo de ajustes.</translation>
    </message>
    <message>
        <source>Not a server&apos;s address</source>
        <translation>No es la dirección de un servidor</translation>
    </message>
    <message>
        <source>Ask the office for it.</source>
        <translation>Pídala a la oficina.</translation>
    </message>
    <message>
        <source>The server&apos;s address is not safe</source>
        <translation>La dirección del servidor no es segura</translation>
    </message>
    <message>
        <source>Not this kiosk&apos;s certificate</source>
        <translation>El certificado no es de este puesto</translation>
    </message>
    <message>
        <source>The office does not answer</source>
        <translation>La oficina no responde</translation>
    </message>
    <message>
        <source>Check the address and the network.</source>
        <translation>Compruebe la dirección y la red.</translation>
    </message>
    <message>
        <source>Set on the command line</source>
        <translation>Fijado en la línea de comandos</translation>
    </message>
    <message>
        <source>The office has not got everything</source>
        <translation>La oficina no lo tiene todo</translation>
    </message>
    <message>
        <source>Connect the kiosk, or export.</source>
        <translation>Conecte el puesto o exporte.</translation>
    </message>
    <message>
        <source>No USB stick</source>
        <translation>Sin memoria USB</translation>
    </message>
    <message>
        <source>The export could not be written</source>
        <translation>No se pudo escribir la exportación</translation>
    </message>
    <message>
        <source>Use another USB stick.</source>
        <translation>Use otra memoria USB.</translation>
    </message>
    <message>
        <source>Not a kiosk&apos;s data folder</source>
        <translation>No es la carpeta de datos de un puesto</translation>
    </message>
    <message>
        <source>This kiosk is nobody yet</source>
        <translation>Este puesto no está dado de alta</translation>
    </message>
    <message>
        <source>Enrol it with a code of the office.</source>
        <translation>Delo de alta con un código de la oficina.</translation>
    </message>
    <message>
        <source>The second copy cannot be written</source>
        <translation>No se puede escribir la segunda copia</translation>
    </message>
    <message>
        <source>Check the USB stick or SD card.</source>
        <translation>Compruebe la memoria USB o la tarjeta SD.</translation>
    </message>
    <message>
        <source>Another kiosk&apos;s second copy</source>
        <translation>Segunda copia de otro puesto</translation>
    </message>
    <message>
        <source>Use a medium of its own.</source>
        <translation>Use una memoria solo para este puesto.</translation>
    </message>
    <message>
        <source>The second copy is damaged</source>
        <translation>La segunda copia está dañada</translation>
    </message>
    <message>
        <source>Use another USB stick or SD card.</source>
        <translation>Use otra memoria USB o tarjeta SD.</translation>
    </message>
    <message>
        <source>Numbers that cannot be used</source>
        <translation>Números que no se pueden usar</translation>
    </message>
    <message>
        <source>Another kiosk&apos;s events</source>
        <translation>Eventos de otro puesto</translation>
    </message>
    <message>
        <source>Events that the office did not sign</source>
        <translation>Eventos sin la firma de la oficina</translation>
    </message>
    <message>
        <source>Older events than the kiosk has</source>
        <translation>Eventos más antiguos que los del puesto</translation>
    </message>
    <message>
        <source>Too many events</source>
        <translation>Demasiados eventos</translation>
    </message>
    <message>
        <source>Events that cannot be read</source>
        <translation>Eventos que no se pueden leer</translation>
    </message>
    <message>
        <source>Language of the screens</source>
        <translation>Idioma de las pantallas</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Colores</translation>
    </message>
    <message>
        <source>Text and buttons</source>
        <translation>Texto y botones</translation>
    </message>
    <message>
        <source>Who serves</source>
        <translation>Quién atiende</translation>
    </message>
    <message>
        <source>Selling</source>
        <translation>Venta</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>Impresora</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>Papel</translation>
    </message>
    <message>
        <source>Scanner</source>
        <translation>Lector</translation>
    </message>
    <message>
        <source>Cash drawer</source>
        <translation>Cajón de dinero</translation>
    </message>
    <message>
        <source>Second copy</source>
        <translation>Segunda copia</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claro</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Oscuro</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Alto contraste</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>Grande</translation>
    </message>
    <message>
        <source>An operator</source>
        <translation>Un operador</translation>
    </message>
    <message>
        <source>Buyers themselves</source>
        <translation>Los compradores</translation>
    </message>
    <message>
        <source>Confirm each sale</source>
        <translation>Confirmar cada venta</translation>
    </message>
    <message>
        <source>Fast: two taps</source>
        <translation>Rápida: dos toques</translation>
    </message>
    <message>
        <source>None</source>
        <translation>No hay</translation>
    </message>
    <message>
        <source>At the printer</source>
        <translation>En la impresora</translation>
    </message>
    <message>
        <source>Print a test page</source>
        <translation>Imprimir prueba</translation>
    </message>
    <message>
        <source>Scan something</source>
        <translation>Escanear algo</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Disco</translation>
    </message>
    <message>
        <source>Write to it</source>
        <translation>Probar escritura</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Reloj</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparar</translation>
    </message>
    <message>
        <source>Office</source>
        <translation>Oficina</translation>
    </message>
    <message>
        <source>Ask the office</source>
        <translation>Preguntar</translation>
    </message>
    <message>
        <source>Journal</source>
        <translation>Registro</translation>
    </message>
    <message>
        <source>Check every entry</source>
        <translation>Comprobar entradas</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programa</translation>
    </message>
    <message>
        <source>Check every file</source>
        <translation>Comprobar archivos</translation>
    </message>
    <message>
        <source>Scan a ticket, or any code.</source>
        <translation>Escanee un boleto o cualquier código.</translation>
    </message>
    <message>
        <source>All sales uploaded. The office has confirmed them.</source>
        <translation>Todas las ventas enviadas. La oficina las ha confirmado.</translation>
    </message>
    <message>
        <source>Talking to the office.</source>
        <translation>Hablando con la oficina.</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>Comprobando…</translation>
    </message>
    <message>
        <source>It read: {text}</source>
        <translation>Leyó: {text}</translation>
    </message>
    <message>
        <source>Open the settings</source>
        <translation>Abrir los ajustes</translation>
    </message>
    <message>
        <source>What is changed here is noted with your name.</source>
        <translation>Lo que se cambie aquí queda anotado con su nombre.</translation>
    </message>
    <message>
        <source>Written to {medium}: {file}. Take it to the office.</source>
        <translation>Guardado en {medium}: {file}. Llévelo a la oficina.</translation>
    </message>
    <message>
        <source>Plug a USB stick in first.</source>
        <translation>Conecte primero una memoria USB.</translation>
    </message>
    <message>
        <source>The office has everything.</source>
        <translation>La oficina lo tiene todo.</translation>
    </message>
    <message>
        <source>Nothing would start it again: switch the kiosk off and on.</source>
        <translation>Nada lo reiniciaría: apague y encienda el puesto.</translation>
    </message>
    <message>
        <source>{n} mm</source>
        <translation>{n}&#xa0;mm</translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation>aún sin comparar</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>correcto</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nunca</translation>
    </message>
    <message>
        <source>{span} ago</source>
        <translation>hace {span}</translation>
    </message>
    <message>
        <source>Sales still to be uploaded: {n}. Keep the kiosk on and connected.</source>
        <translation>Ventas aún por enviar: {n}. Deje el puesto encendido y conectado.</translation>
    </message>
    <message>
        <source>Log on first.</source>
        <translation>Entre primero.</translation>
    </message>
    <message>
        <source>Entries that the office has not got: {n}. Connect the kiosk, or export them to a USB stick.</source>
        <translation>Entradas que faltan en la oficina: {n}. Conecte el puesto o expórtelas a una memoria USB.</translation>
    </message>
    <message>
        <source>A shift is open. Close it first.</source>
        <translation>Hay un turno abierto. Ciérrelo primero.</translation>
    </message>
    <message>
        <source>None is set up.</source>
        <translation>Sin configurar.</translation>
    </message>
    <message>
        <source>A supervisor can choose one in the settings.</source>
        <translation>Un supervisor puede elegirlo en los ajustes.</translation>
    </message>
    <message>
        <source>Export what is not uploaded</source>
        <translation>Exportar lo no enviado</translation>
    </message>
    <message>
        <source>Export the whole journal</source>
        <translation>Exportar todo el registro</translation>
    </message>
    <message>
        <source>Start the kiosk again</source>
        <translation>Reiniciar el puesto</translation>
    </message>
    <message>
        <source>Log this kiosk out of the office</source>
        <translation>Dar de baja este puesto</translation>
    </message>
    <message>
        <source>{span} fast</source>
        <translation>adelanta {span}</translation>
    </message>
    <message>
        <source>{span} slow</source>
        <translation>atrasa {span}</translation>
    </message>
    <message>
        <source>Closes in {span}</source>
        <translation>Cierra en {span}</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Servidor</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Red</translation>
    </message>
    <message>
        <source>Last contact</source>
        <translation>Último contacto</translation>
    </message>
    <message>
        <source>Sales to upload</source>
        <translation>Ventas por enviar</translation>
    </message>
    <message>
        <source>{head} entries, {n} at the office</source>
        <translation>{head} entradas, {n} en la oficina</translation>
    </message>
    <message>
        <source>Events and prices</source>
        <translation>Eventos y precios</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Versión {version}</translation>
    </message>
    <message>
        <source>Free disk</source>
        <translation>Espacio libre</translation>
    </message>
    <message>
        <source>All sales are uploaded. Waiting for the office to confirm that it has them all. Keep the kiosk on and connected.</source>
        <translation>Todas las ventas enviadas. Falta que la oficina confirme que las tiene todas. Deje el puesto encendido y conectado.</translation>
    </message>
    <message>
        <source>Sales for {event} close in one minute.</source>
        <translation>La venta de {event} cierra en un minuto.</translation>
    </message>
    <message>
        <source>Sales for {event} close in {n} minutes.</source>
        <translation>La venta de {event} cierra en {n} minutos.</translation>
    </message>
    <message>
        <source>Everything is at the office.</source>
        <translation>Todo está en la oficina.</translation>
    </message>
    <message>
        <source>Not looked at yet.</source>
        <translation>Aún sin comprobar.</translation>
    </message>
    <message>
        <source>is still to be closed.</source>
        <translation>está aún por cerrar.</translation>
    </message>
    <message>
        <source>Nothing was scanned.</source>
        <translation>No se escaneó nada.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Inténtelo otra vez.</translation>
    </message>
    <message>
        <source>The office did not answer.</source>
        <translation>La oficina no respondió.</translation>
    </message>
    <message>
        <source>The office does not answer.</source>
        <translation>La oficina no responde.</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Iniciando</translation>
    </message>
    <message>
        <source>Type the server&apos;s address and the code that the office gave you.</source>
        <translation>Escriba la dirección del servidor y el código que le dio la oficina.</translation>
    </message>
    <message>
        <source>Almost ready</source>
        <translation>Casi listo</translation>
    </message>
    <message>
        <source>This kiosk is enrolled. It has still to be enabled.</source>
        <translation>Este puesto está dado de alta. Falta activarlo.</translation>
    </message>
    <message>
        <source>Ask the office to enable {kiosk} (Kiosks, Enable). It starts by itself.</source>
        <translation>Pida a la oficina que active {kiosk}. Después arranca solo.</translation>
    </message>
    <message>
        <source>This kiosk cannot sell</source>
        <translation>Este puesto no puede vender</translation>
    </message>
    <message>
        <source>Fetching events from the office</source>
        <translation>Recibiendo los eventos de la oficina</translation>
    </message>
    <message>
        <source>this kiosk</source>
        <translation>este puesto</translation>
    </message>
    <message>
        <source>Genuine</source>
        <translation>Auténtico</translation>
    </message>
    <message>
        <source>A winner</source>
        <translation>Premiado</translation>
    </message>
    <message>
        <source>Already paid</source>
        <translation>Ya pagado</translation>
    </message>
    <message>
        <source>No longer paid</source>
        <translation>Ya no se paga</translation>
    </message>
    <message>
        <source>Void</source>
        <translation>Anulado</translation>
    </message>
    <message>
        <source>Cannot tell</source>
        <translation>No se sabe</translation>
    </message>
    <message>
        <source>Forged</source>
        <translation>Falsificado</translation>
    </message>
    <message>
        <source>Another organisation</source>
        <translation>De otra organización</translation>
    </message>
    <message>
        <source>Not a ticket</source>
        <translation>No es un boleto</translation>
    </message>
    <message>
        <source>A genuine ticket. Whether it is void or paid is known only as of the last contact with the office.</source>
        <translation>Boleto auténtico. Si está anulado o pagado solo se sabe según el último contacto con la oficina.</translation>
    </message>
    <message>
        <source>Paying needs the network; send the winner to the claims desk.</source>
        <translation>Para pagar hace falta la red; envíe al ganador al mostrador de premios.</translation>
    </message>
    <message>
        <source>Now, from the office</source>
        <translation>Ahora, de la oficina</translation>
    </message>
    <message>
        <source>In no draw</source>
        <translation>Fuera de sorteo</translation>
    </message>
    <message>
        <source>This code is not a ticket&apos;s.</source>
        <translation>Este código no es de un boleto.</translation>
    </message>
    <message>
        <source>Typing mistake</source>
        <translation>Error al escribir</translation>
    </message>
    <message>
        <source>A character of the validation number is wrong. Type it again.</source>
        <translation>Un carácter del número de validación es erróneo. Escríbalo otra vez.</translation>
    </message>
    <message>
        <source>The code&apos;s signature is false: no kiosk made this ticket.</source>
        <translation>La firma del código es falsa: ningún puesto hizo este boleto.</translation>
    </message>
    <message>
        <source>This kiosk did not sell it and cannot tell. Ask the office or scan its QR.</source>
        <translation>Este puesto no lo vendió y no puede saberlo. Pregunte a la oficina o escanee su QR.</translation>
    </message>
    <message>
        <source>A kiosk that is not known here signed it. Ask the office.</source>
        <translation>Lo firmó un puesto que aquí no se conoce. Pregunte a la oficina.</translation>
    </message>
    <message>
        <source>Test ticket: in no draw</source>
        <translation>Boleto de prueba: fuera de sorteo</translation>
    </message>
    <message>
        <source>It was sold before the event opened, to try the kiosk. It cannot win, and no money was taken.</source>
        <translation>Se vendió antes de abrir el evento, para probar el puesto. No puede ganar y no se cobró dinero.</translation>
    </message>
    <message>
        <source>Another event</source>
        <translation>Otro evento</translation>
    </message>
    <message>
        <source>A ticket of an event that this kiosk does not have.</source>
        <translation>Un boleto de un evento que este puesto no tiene.</translation>
    </message>
    <message>
        <source>A validation number has {n} characters; you typed {typed}.</source>
        <translation>Un número de validación tiene {n} caracteres; ha escrito {typed}.</translation>
    </message>
    <message>
        <source>Won {prizes}, but the prize is no longer paid. The office can say why.</source>
        <translation>Ganó {prizes}, pero el premio ya no se paga. La oficina puede decir por qué.</translation>
    </message>
    <message>
        <source>A genuine ticket. It has not won this time.</source>
        <translation>Boleto auténtico. Esta vez no ha ganado.</translation>
    </message>
    <message>
        <source>Send the winner to the claims desk with this ticket.</source>
        <translation>Envíe al ganador con este boleto al mostrador de premios.</translation>
    </message>
    <message>
        <source>The office is asked whether it can be paid here.</source>
        <translation>Se pregunta a la oficina si se puede pagar aquí.</translation>
    </message>
    <message>
        <source>Wrong length</source>
        <translation>Longitud incorrecta</translation>
    </message>
    <message>
        <source>The office has made this ticket void.</source>
        <translation>La oficina ha anulado este boleto.</translation>
    </message>
    <message>
        <source>This ticket was made void.</source>
        <translation>Este boleto fue anulado.</translation>
    </message>
    <message>
        <source>Won {prizes}; the prize was paid.</source>
        <translation>Ganó {prizes}; el premio ya se pagó.</translation>
    </message>
    <message>
        <source>Won {prizes}.</source>
        <translation>Ganó {prizes}.</translation>
    </message>
    <message>
        <source>Nothing has been sent yet.</source>
        <translation>Aún no se ha enviado nada.</translation>
    </message>
    <message>
        <source>Uploading sales.</source>
        <translation>Enviando ventas.</translation>
    </message>
    <message>
        <source>Uploading sales in smaller parts.</source>
        <translation>Enviando ventas en partes más pequeñas.</translation>
    </message>
    <message>
        <source>The office refuses this kiosk.</source>
        <translation>La oficina rechaza este puesto.</translation>
    </message>
    <message>
        <source>The office cannot be reached.</source>
        <translation>No hay conexión con la oficina.</translation>
    </message>
    <message>
        <source>The office is busy.</source>
        <translation>La oficina está ocupada.</translation>
    </message>
    <message>
        <source>The office holds other sales under this kiosk&apos;s name than this disk does.</source>
        <translation>La oficina tiene a nombre de este puesto ventas distintas de las de este disco.</translation>
    </message>
    <message>
        <source>The office holds sales of this kiosk that this disk does not: it is an old copy.</source>
        <translation>La oficina tiene ventas de este puesto que faltan en este disco: es una copia antigua.</translation>
    </message>
    <message>
        <source>The office cannot read entry {n} of this kiosk&apos;s journal.</source>
        <translation>La oficina no puede leer la entrada {n} del registro de este puesto.</translation>
    </message>
    <message>
        <source>All uploaded.</source>
        <translation>Todo enviado.</translation>
    </message>
    <message>
        <source>YOUR {n} DRAW NUMBERS</source>
        <translation>SUS {n} NÚMEROS DE SORTEO</translation>
    </message>
    <message>
        <source>YOUR DRAW NUMBER</source>
        <translation>SU NÚMERO DE SORTEO</translation>
    </message>
    <message>
        <source>Draw numbers</source>
        <translation>Números de sorteo</translation>
    </message>
    <message>
        <source>Sold</source>
        <translation>Vendido</translation>
    </message>
    <message>
        <source>Kiosk</source>
        <translation>Puesto</translation>
    </message>
    <message>
        <source>Validation number</source>
        <translation>Número de validación</translation>
    </message>
    <message>
        <source>Results: {where}</source>
        <translation>Resultados: {where}</translation>
    </message>
    <message>
        <source>Claim by: {when}</source>
        <translation>Reclamar hasta: {when}</translation>
    </message>
    <message>
        <source>Licence {licence} · Event {n}</source>
        <translation>Licencia {licence} · Evento {n}</translation>
    </message>
    <message>
        <source>Event {n}</source>
        <translation>Evento {n}</translation>
    </message>
    <message>
        <source>AGAIN {n}</source>
        <translation>REPETIDO {n}</translation>
    </message>
    <message>
        <source>TEST TICKET</source>
        <translation>BOLETO DE PRUEBA</translation>
    </message>
    <message>
        <source>Not valid in any draw</source>
        <translation>No vale en ningún sorteo</translation>
    </message>
    <message>
        <source>REPRINT {n}</source>
        <translation>REIMPRESO {n}</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>Sorteo</translation>
    </message>
    <message>
        <source>A copy of a ticket already sold. It wins once.</source>
        <translation>Copia de un boleto ya vendido. Gana una sola vez.</translation>
    </message>
    <message>
        <source>Paid back</source>
        <translation>Devuelto</translation>
    </message>
    <message>
        <source>Back by card</source>
        <translation>Devuelto a tarjeta</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Referencia</translation>
    </message>
    <message>
        <source>It was a test.</source>
        <translation>Era una prueba.</translation>
    </message>
    <message>
        <source>VOID</source>
        <translation>ANULADO</translation>
    </message>
    <message>
        <source>These numbers are in no draw.</source>
        <translation>Estos números no entran en ningún sorteo.</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Motivo</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Fecha</translation>
    </message>
    <message>
        <source>Prize {n}</source>
        <translation>Premio {n}</translation>
    </message>
    <message>
        <source>OVER</source>
        <translation>SOBRAN</translation>
    </message>
    <message>
        <source>SHORT</source>
        <translation>FALTAN</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operador</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>Supervisor</translation>
    </message>
    <message>
        <source>Printed {at}</source>
        <translation>Impreso: {at}</translation>
    </message>
    <message>
        <source>So far. The shift goes on.</source>
        <translation>Hasta ahora. El turno sigue.</translation>
    </message>
    <message>
        <source>What changed since the shift was closed.</source>
        <translation>Lo que cambió desde el cierre del turno.</translation>
    </message>
    <message>
        <source>TO THE CENT</source>
        <translation>SIN DIFERENCIA</translation>
    </message>
    <message>
        <source>More change</source>
        <translation>Más cambio</translation>
    </message>
    <message>
        <source>Something else</source>
        <translation>Otra cosa</translation>
    </message>
    <message>
        <source>To the safe</source>
        <translation>A la caja fuerte</translation>
    </message>
    <message>
        <source>Change given away</source>
        <translation>Cambio entregado</translation>
    </message>
    <message>
        <source>X report</source>
        <translation>Informe X</translation>
    </message>
    <message>
        <source>Z report</source>
        <translation>Informe Z</translation>
    </message>
    <message>
        <source>Supplement {n}</source>
        <translation>Suplemento {n}</translation>
    </message>
    <message>
        <source>Given back at the card terminal</source>
        <translation>Devuelto en el terminal</translation>
    </message>
    <message>
        <source>Numbers sold</source>
        <translation>Números vendidos</translation>
    </message>
    <message>
        <source>Voids ({n})</source>
        <translation>Anulaciones ({n})</translation>
    </message>
    <message>
        <source>After voids</source>
        <translation>Tras anulaciones</translation>
    </message>
    <message>
        <source>Drawer</source>
        <translation>Caja</translation>
    </message>
    <message>
        <source>Sales in cash</source>
        <translation>Ventas en efectivo</translation>
    </message>
    <message>
        <source>{name} has a shift open on this kiosk.</source>
        <translation>{name} tiene un turno abierto en este puesto.</translation>
    </message>
    <message>
        <source>It must be closed first, by them or by a supervisor.</source>
        <translation>Antes debe cerrarlo esa persona o un supervisor.</translation>
    </message>
    <message>
        <source>That shift is not closed, or lies too far back.</source>
        <translation>Ese turno no está cerrado o es demasiado antiguo.</translation>
    </message>
    <message>
        <source>A ticket has not come out whole yet.</source>
        <translation>Un boleto aún no ha salido entero.</translation>
    </message>
    <message>
        <source>Print it again or void it first.</source>
        <translation>Primero reimprímalo o anúlelo.</translation>
    </message>
    <message>
        <source>The drawer has not been counted ({what}).</source>
        <translation>La caja no está contada ({what}).</translation>
    </message>
    <message>
        <source>Count it, then close the shift.</source>
        <translation>Cuéntela y cierre el turno.</translation>
    </message>
    <message>
        <source>No shift is open.</source>
        <translation>No hay ningún turno abierto.</translation>
    </message>
    <message>
        <source>Open one first.</source>
        <translation>Abra uno primero.</translation>
    </message>
    <message>
        <source>This is {name}&apos;s shift.</source>
        <translation>Este turno es de {name}.</translation>
    </message>
    <message>
        <source>Only they or a supervisor may do this.</source>
        <translation>Solo puede hacerlo esa persona o un supervisor.</translation>
    </message>
    <message>
        <source>Only a supervisor may do this.</source>
        <translation>Solo puede hacerlo un supervisor.</translation>
    </message>
    <message>
        <source>There is no such shift here any more.</source>
        <translation>Ese turno ya no está aquí.</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>Apertura</translation>
    </message>
    <message>
        <source>Journal entries</source>
        <translation>Entradas del registro</translation>
    </message>
    <message>
        <source>Counted, piece by piece</source>
        <translation>Desglose contado</translation>
    </message>
    <message>
        <source>Sales in {currency}</source>
        <translation>Ventas en {currency}</translation>
    </message>
    <message>
        <source>Sales</source>
        <translation>Ventas</translation>
    </message>
    <message>
        <source>Card terminal</source>
        <translation>Terminal de tarjetas</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>Devuelto</translation>
    </message>
    <message>
        <source>The terminal should say</source>
        <translation>Según el terminal</translation>
    </message>
    <message>
        <source>Should be in the drawer</source>
        <translation>Debe haber en caja</translation>
    </message>
    <message>
        <source>Counted, difference</source>
        <translation>Contado, diferencia</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Cierre</translation>
    </message>
    <message>
        <source>Until now</source>
        <translation>Hasta ahora</translation>
    </message>
    <message>
        <source>Drawer opened without a sale</source>
        <translation>Cajón abierto sin venta</translation>
    </message>
    <message>
        <source>Before this shift, in no shift</source>
        <translation>Antes de este turno, sin turno</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>Contado</translation>
    </message>
    <message>
        <source>No printer is set up.</source>
        <translation>No hay impresora configurada.</translation>
    </message>
    <message>
        <source>A supervisor can set one up in the settings.</source>
        <translation>Un supervisor puede configurarla en los ajustes.</translation>
    </message>
    <message>
        <source>The printer cannot be reached.</source>
        <translation>No hay conexión con la impresora.</translation>
    </message>
    <message>
        <source>Check its power and its cable.</source>
        <translation>Compruebe la corriente y el cable.</translation>
    </message>
    <message>
        <source>The printer does not answer.</source>
        <translation>La impresora no responde.</translation>
    </message>
    <message>
        <source>Check that it is switched on; if it is, switch it off and on again.</source>
        <translation>Compruebe que está encendida; si lo está, apáguela y enciéndala.</translation>
    </message>
    <message>
        <source>The printer&apos;s cover is open.</source>
        <translation>La tapa de la impresora está abierta.</translation>
    </message>
    <message>
        <source>Close it until it clicks.</source>
        <translation>Ciérrela hasta oír un clic.</translation>
    </message>
    <message>
        <source>The printer is out of paper.</source>
        <translation>La impresora no tiene papel.</translation>
    </message>
    <message>
        <source>Put in a new roll and close the cover.</source>
        <translation>Ponga un rollo nuevo y cierre la tapa.</translation>
    </message>
    <message>
        <source>The printer&apos;s cutter is stuck.</source>
        <translation>El cortador de la impresora está atascado.</translation>
    </message>
    <message>
        <source>Open the cover, take out the jammed paper and close it.</source>
        <translation>Abra la tapa, saque el papel atascado y ciérrela.</translation>
    </message>
    <message>
        <source>The printer reports a fault that it cannot recover from.</source>
        <translation>La impresora tiene un fallo que no puede resolver.</translation>
    </message>
    <message>
        <source>Switch it off and on; if the fault stays, replace it.</source>
        <translation>Apáguela y enciéndala; si el fallo sigue, cámbiela.</translation>
    </message>
    <message>
        <source>The printer is pausing: its print head is hot or its voltage is low.</source>
        <translation>La impresora hace una pausa: el cabezal está caliente o falta tensión.</translation>
    </message>
    <message>
        <source>It goes on by itself.</source>
        <translation>Continúa sola.</translation>
    </message>
    <message>
        <source>The printer&apos;s battery is empty.</source>
        <translation>La batería de la impresora está agotada.</translation>
    </message>
    <message>
        <source>Put it on its charger, or change the battery.</source>
        <translation>Póngala a cargar o cambie la batería.</translation>
    </message>
    <message>
        <source>The printer is off line.</source>
        <translation>La impresora está fuera de línea.</translation>
    </message>
    <message>
        <source>Press its feed button once, or switch it off and on.</source>
        <translation>Pulse una vez su botón de avance, o apáguela y enciéndala.</translation>
    </message>
    <message>
        <source>The printer did not say that it has finished.</source>
        <translation>La impresora no confirmó que ha terminado.</translation>
    </message>
    <message>
        <source>The printer still holds an unfinished ticket and does not let go of it.</source>
        <translation>La impresora retiene un boleto sin terminar y no lo suelta.</translation>
    </message>
    <message>
        <source>Switch it off and on again, then tear off what has come out. If this comes again, replace the printer.</source>
        <translation>Apáguela y enciéndala, y arranque lo que haya salido. Si se repite, cambie la impresora.</translation>
    </message>
    <message>
        <source>The paper is nearly used up.</source>
        <translation>Casi no queda papel.</translation>
    </message>
    <message>
        <source>Have a new roll at hand.</source>
        <translation>Tenga a mano un rollo nuevo.</translation>
    </message>
    <message>
        <source>The printer is ready.</source>
        <translation>La impresora está lista.</translation>
    </message>
    <message>
        <source>The scanner is used by another program.</source>
        <translation>Otro programa está usando el lector.</translation>
    </message>
    <message>
        <source>Close that one first.</source>
        <translation>Cierre primero ese programa.</translation>
    </message>
    <message>
        <source>The scanner may not be opened by this program.</source>
        <translation>Este programa no tiene permiso para usar el lector.</translation>
    </message>
    <message>
        <source>The scanner is not there.</source>
        <translation>No se encuentra el lector.</translation>
    </message>
    <message>
        <source>Check that it is plugged in.</source>
        <translation>Compruebe que está conectado.</translation>
    </message>
    <message>
        <source>The scanner&apos;s setting is no device&apos;s address.</source>
        <translation>El ajuste del lector no es la dirección de un dispositivo.</translation>
    </message>
    <message>
        <source>A supervisor can correct it in the settings.</source>
        <translation>Un supervisor puede corregirlo en los ajustes.</translation>
    </message>
    <message>
        <source>The cash drawer does not say how it is.</source>
        <translation>El cajón no indica su estado.</translation>
    </message>
    <message>
        <source>The cash drawer could not be opened.</source>
        <translation>No se pudo abrir el cajón.</translation>
    </message>
    <message>
        <source>The scanner is ready.</source>
        <translation>El lector está listo.</translation>
    </message>
    <message>
        <source>The cash drawer is open.</source>
        <translation>El cajón está abierto.</translation>
    </message>
    <message>
        <source>The cash drawer did not open.</source>
        <translation>El cajón no se abrió.</translation>
    </message>
    <message>
        <source>The cash drawer is closed.</source>
        <translation>El cajón está cerrado.</translation>
    </message>
    <message>
        <source>See whether it is locked, and whether its cable is in the printer.</source>
        <translation>Mire si está con llave y si su cable está en la impresora.</translation>
    </message>
    <message>
        <source>They or a supervisor must close it first.</source>
        <translation>Antes debe cerrarlo esa persona o un supervisor.</translation>
    </message>
    <message>
        <source>A supervisor has to agree to this.</source>
        <translation>Debe autorizarlo un supervisor.</translation>
    </message>
    <message>
        <source>Ask one to type their PIN.</source>
        <translation>Pídale que escriba su PIN.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock is behind the office&apos;s.</source>
        <translation>El reloj del puesto va atrasado respecto al de la oficina.</translation>
    </message>
    <message>
        <source>Correct date and time.</source>
        <translation>Corrija la fecha y la hora.</translation>
    </message>
    <message>
        <source>Count the float and open one first.</source>
        <translation>Cuente el fondo de caja y abra uno primero.</translation>
    </message>
    <message>
        <source>This kiosk has no numbers for {event} yet.</source>
        <translation>Este puesto aún no tiene números para {event}.</translation>
    </message>
    <message>
        <source>The numbers are on their way from the office.</source>
        <translation>Los números están en camino desde la oficina.</translation>
    </message>
    <message>
        <source>Selling starts by itself.</source>
        <translation>La venta empezará sola.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s disk is nearly full; no more sales are taken.</source>
        <translation>El disco del puesto está casi lleno; no se admiten más ventas.</translation>
    </message>
    <message>
        <source>Call the office: old files must be removed. Sales made so far are safe.</source>
        <translation>Llame a la oficina: hay que quitar archivos antiguos. Lo vendido hasta ahora está a salvo.</translation>
    </message>
    <message>
        <source>{limit} sales wait to be uploaded; no more are taken.</source>
        <translation>Hay {limit} ventas por enviar; no se admiten más.</translation>
    </message>
    <message>
        <source>Connect the kiosk to the network. Selling goes on by itself.</source>
        <translation>Conecte el puesto a la red. La venta sigue sola.</translation>
    </message>
    <message>
        <source>{event} is sold with a connection only.</source>
        <translation>{event} solo se vende con conexión.</translation>
    </message>
    <message>
        <source>Check the network.</source>
        <translation>Compruebe la red.</translation>
    </message>
    <message>
        <source>This kiosk has no numbers left for {event}.</source>
        <translation>A este puesto no le quedan números para {event}.</translation>
    </message>
    <message>
        <source>Connect it to the network to fetch more, or sell at another kiosk.</source>
        <translation>Conéctelo a la red para recibir más, o venda en otro puesto.</translation>
    </message>
    <message>
        <source>Connect it to the network: the office hands them out.</source>
        <translation>Conéctelo a la red: los números los asigna la oficina.</translation>
    </message>
    <message>
        <source>Ask the office for numbers.</source>
        <translation>Pida números a la oficina.</translation>
    </message>
    <message>
        <source>Nobody is logged on to take the money.</source>
        <translation>No hay nadie identificado para cobrar.</translation>
    </message>
    <message>
        <source>{short} are missing.</source>
        <translation>Faltan {short}.</translation>
    </message>
    <message>
        <source>Take the rest of the money.</source>
        <translation>Cobre el resto.</translation>
    </message>
    <message>
        <source>A card and cash share the sum: the card pays a part of it.</source>
        <translation>Tarjeta y efectivo se reparten el total: la tarjeta paga una parte.</translation>
    </message>
    <message>
        <source>Type what the card has paid.</source>
        <translation>Escriba lo pagado con tarjeta.</translation>
    </message>
    <message>
        <source>A card pays exactly what is due.</source>
        <translation>La tarjeta paga el importe exacto.</translation>
    </message>
    <message>
        <source>Charge it again with the right amount.</source>
        <translation>Cobre otra vez con el importe correcto.</translation>
    </message>
    <message>
        <source>A card&apos;s payment needs its reference.</source>
        <translation>El pago con tarjeta necesita su referencia.</translation>
    </message>
    <message>
        <source>Type what the card terminal has printed.</source>
        <translation>Escriba lo que imprimió el terminal.</translation>
    </message>
    <message>
        <source>Nobody has said that the buyer is {n}.</source>
        <translation>Nadie ha confirmado que el comprador tiene {n} años.</translation>
    </message>
    <message>
        <source>Ask for their age.</source>
        <translation>Pregunte su edad.</translation>
    </message>
    <message>
        <source>These tickets are sold with the buyer&apos;s details only.</source>
        <translation>Estos boletos solo se venden con los datos del comprador.</translation>
    </message>
    <message>
        <source>Ask for them.</source>
        <translation>Pídalos.</translation>
    </message>
    <message>
        <source>One sale holds 1 to {n} tickets.</source>
        <translation>Una venta admite de 1 a {n} boletos.</translation>
    </message>
    <message>
        <source>Make two sales of it.</source>
        <translation>Haga dos ventas.</translation>
    </message>
    <message>
        <source>One sale cannot mix currencies.</source>
        <translation>Una venta no puede mezclar monedas.</translation>
    </message>
    <message>
        <source>This kiosk has only {n} numbers left for {event}.</source>
        <translation>A este puesto solo le quedan {n} números para {event}.</translation>
    </message>
    <message>
        <source>Sell a smaller package, or connect the kiosk to fetch more.</source>
        <translation>Venda un paquete más pequeño o conecte el puesto para recibir más.</translation>
    </message>
    <message>
        <source>This kiosk did not sell that ticket.</source>
        <translation>Este puesto no vendió ese boleto.</translation>
    </message>
    <message>
        <source>Print its counterfoils where it was sold.</source>
        <translation>Imprima sus talones donde se vendió.</translation>
    </message>
    <message>
        <source>This ticket is void and has no counterfoils.</source>
        <translation>Este boleto está anulado y no tiene talones.</translation>
    </message>
    <message>
        <source>This event has no counterfoils.</source>
        <translation>Este evento no tiene talones.</translation>
    </message>
    <message>
        <source>Reprint it where it was sold.</source>
        <translation>Reimprímalo donde se vendió.</translation>
    </message>
    <message>
        <source>This ticket is void and cannot be printed again.</source>
        <translation>Este boleto está anulado y no se puede reimprimir.</translation>
    </message>
    <message>
        <source>Void it where it was sold.</source>
        <translation>Anúlelo donde se vendió.</translation>
    </message>
    <message>
        <source>This ticket is void already.</source>
        <translation>Este boleto ya está anulado.</translation>
    </message>
    <message>
        <source>The office has not answered about the last prize yet.</source>
        <translation>La oficina aún no ha respondido sobre el último premio.</translation>
    </message>
    <message>
        <source>Wait for that answer; the kiosk goes on asking.</source>
        <translation>Espere esa respuesta; el puesto sigue preguntando.</translation>
    </message>
    <message>
        <source>What this kiosk kept of its sales does not follow from its journal.</source>
        <translation>Lo que este puesto guardó de sus ventas no coincide con su registro.</translation>
    </message>
    <message>
        <source>The kiosk&apos;s clock was turned back.</source>
        <translation>Se atrasó el reloj del puesto.</translation>
    </message>
    <message>
        <source>This program cannot read the kiosk&apos;s journal: {e}.</source>
        <translation>Este programa no puede leer el registro del puesto: {e}.</translation>
    </message>
    <message>
        <source>Install the program that wrote it, or a newer one.</source>
        <translation>Instale el programa que lo escribió, o uno más nuevo.</translation>
    </message>
    <message>
        <source>{event} does not allow voids here.</source>
        <translation>{event} no permite anular aquí.</translation>
    </message>
    <message>
        <source>Sales are closed; this ticket takes part in the draw.</source>
        <translation>La venta está cerrada; este boleto participa en el sorteo.</translation>
    </message>
    <message>
        <source>A void needs a reason.</source>
        <translation>Una anulación necesita un motivo.</translation>
    </message>
    <message>
        <source>Choose one.</source>
        <translation>Elija uno.</translation>
    </message>
    <message>
        <source>{event} is not paid for like this.</source>
        <translation>{event} no admite esta forma de pago.</translation>
    </message>
    <message>
        <source>The journal is damaged at or behind entry {seq}.</source>
        <translation>El registro está dañado a partir de la entrada {seq}.</translation>
    </message>
    <message>
        <source>Do not switch off or delete anything: the office recovers the sales from it or from its copy.</source>
        <translation>No apague ni borre nada: la oficina recupera las ventas de él o de su copia.</translation>
    </message>
    <message>
        <source>This is not the publisher&apos;s program ({detail}).</source>
        <translation>Este programa no es el del editor ({detail}).</translation>
    </message>
    <message>
        <source>Do not sell. Call the office, which installs it again; sales made so far are safe.</source>
        <translation>No venda. Llame a la oficina para que lo reinstale; lo vendido hasta ahora está a salvo.</translation>
    </message>
    <message>
        <source>The disk cannot be written: {reason}.</source>
        <translation>No se puede escribir en el disco: {reason}.</translation>
    </message>
    <message>
        <source>Selling stops until there is room: call the office.</source>
        <translation>No se vende hasta que haya sitio: llame a la oficina.</translation>
    </message>
    <message>
        <source>The disk is failing: call the office and have it changed.</source>
        <translation>El disco está fallando: llame a la oficina para que lo cambie.</translation>
    </message>
    <message>
        <source>The disk fills up: tell the office.</source>
        <translation>El disco se está llenando: avise a la oficina.</translation>
    </message>
    <message>
        <source>The disk is slow: tell the office if this stays.</source>
        <translation>El disco va lento: si sigue así, avise a la oficina.</translation>
    </message>
    <message>
        <source>All {n} entries are on the second copy too.</source>
        <translation>Las {n} entradas están también en la segunda copia.</translation>
    </message>
    <message>
        <source>Call the office; change the disk.</source>
        <translation>Llame a la oficina; cambie el disco.</translation>
    </message>
    <message>
        <source>All {n} entries are whole, signed and in their place.</source>
        <translation>Las {n} entradas están enteras, firmadas y en su lugar.</translation>
    </message>
    <message>
        <source>Every file is the publisher&apos;s: {hash}.</source>
        <translation>Todos los archivos son del editor: {hash}.</translation>
    </message>
    <message>
        <source>Not checked: this program bears no publisher&apos;s signature.</source>
        <translation>Sin comprobar: este programa no lleva la firma del editor.</translation>
    </message>
    <message>
        <source>That is right for a development&apos;s checkout, and for nothing that sells.</source>
        <translation>Es normal en una copia de desarrollo, pero no en un puesto que vende.</translation>
    </message>
    <message>
        <source>No second copy is set up.</source>
        <translation>No hay segunda copia configurada.</translation>
    </message>
    <message>
        <source>Plug a USB stick in and choose it in the settings: sales survive a dead kiosk on it.</source>
        <translation>Conecte una memoria USB y elíjala en los ajustes: en ella se salvan las ventas si el puesto muere.</translation>
    </message>
    <message>
        <source>The second copy is {n} entries behind.</source>
        <translation>A la segunda copia le faltan {n} entradas.</translation>
    </message>
    <message>
        <source>{n} of {of} entries checked</source>
        <translation>{n} de {of} entradas comprobadas</translation>
    </message>
    <message>
        <source>{n} of {of} entries compared</source>
        <translation>{n} de {of} entradas comparadas</translation>
    </message>
    <message>
        <source>TEST PAGE</source>
        <translation>PÁGINA DE PRUEBA</translation>
    </message>
    <message>
        <source>This is not a ticket.</source>
        <translation>Esto no es un boleto.</translation>
    </message>
    <message>
        <source>Time (UTC)</source>
        <translation>Hora (UTC)</translation>
    </message>
    <message>
        <source>All of it readable, nothing cut off: the printer is well.</source>
        <translation>Si todo se lee y nada está cortado, la impresora está bien.</translation>
    </message>
    <message>
        <source>The server cannot be reached.</source>
        <translation>No hay conexión con el servidor.</translation>
    </message>
    <message>
        <source>The server&apos;s answer cannot be read.</source>
        <translation>No se puede leer la respuesta del servidor.</translation>
    </message>
    <message>
        <source>Check the address and the versions.</source>
        <translation>Compruebe la dirección y las versiones.</translation>
    </message>
    <message>
        <source>{free} are free. A write takes {ms} ms.</source>
        <translation>{free} libres. Una escritura tarda {ms}&#xa0;ms.</translation>
    </message>
    <message>
        <source>The server answers with {status}.</source>
        <translation>El servidor responde con {status}.</translation>
    </message>
    <message>
        <source>Check the address.</source>
        <translation>Compruebe la dirección.</translation>
    </message>
    <message>
        <source>Off line: sales go on and are uploaded later</source>
        <translation>Sin conexión: se sigue vendiendo y se envía después</translation>
    </message>
    <message>
        <source>The office refuses this kiosk</source>
        <translation>La oficina rechaza este puesto</translation>
    </message>
    <message>
        <source>The office is busy: sales go on and are uploaded later</source>
        <translation>Oficina ocupada: se sigue vendiendo y se envía después</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Conectado</translation>
    </message>
</context>
</TS>
