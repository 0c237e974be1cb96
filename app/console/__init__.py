"""What operators and marketers see: pages that the server makes, and the same questions as JSON.

Closed unless there is a password or a proxy that signs people in; open to this machine in sandbox
mode. Who asks is decided in `access`, what may be changed in `changes`, how pages are made in
`pages`; each other module is one page.
"""
