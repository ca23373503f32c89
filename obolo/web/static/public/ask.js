// The provider's page has closed: ask for the next one. Without scripts the button does the same.
"use strict";
document.getElementById("ask-again")?.submit();
