// Starts Swagger UI. It stands in a file so that the page's policy need not allow scripts within the page.
"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  url: new URL(place.dataset.document, location.href).href,
  domNode: place,
  deepLinking: true,
  validatorUrl: null, // it would ask a host on the internet
});
