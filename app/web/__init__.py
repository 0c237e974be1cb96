"""The web application: routes, their dependencies and errors, and the server that runs them."""
