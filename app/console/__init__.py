"""The console for operators and marketers: server-rendered pages, and the same answers as JSON.

It is closed unless there is a password or a proxy that signs people in; in sandbox mode it is open
to this machine. `access` decides who may see it, `forms` which requests may change something,
`view` is what each route receives; `pages` has one module per page.
"""
