// The payment is being prepared: look again every few seconds.
"use strict";
window.setTimeout(() => window.location.reload(), 3000);
