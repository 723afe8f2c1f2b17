"""The installed command and a browser, as a person meets them."""
