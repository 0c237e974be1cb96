"""What operators and marketers see: pages that the server makes, and the same questions as JSON.

Closed unless there is a password or a proxy that signs people in; open to this machine in sandbox
mode. `access` decides who may see it, `forms` what may change something, `view` is what each route
is given; `pages` has a module for each page.
"""
