"""A relay below a path, whether the proxy passes that path on or takes it away."""

from starlette.types import Scope


def taken_below(scope: Scope, base: str) -> Scope:
    """The request as if the relay were at the root; one that does not name `base`, as it is.

    `base`: a path without a slash at its end.
    """
    path = str(scope["path"])
    if path != base and not path.startswith(f"{base}/"):
        return scope
    return {**scope, "path": path[len(base) :] or "/"}
