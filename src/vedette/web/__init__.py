"""The appliance's service: what programs and the page may ask of it over HTTP."""
