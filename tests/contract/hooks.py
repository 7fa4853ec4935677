"""What schemathesis cannot know from a schema."""
import schemathesis
from schemathesis.core import NotSet


def without_nul(value):
    """Text holds no NUL character: the contract says so once, in its description, for every text in it."""
    if isinstance(value, str):
        return value.replace("\0", "0")
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    """Good requests go without a cursor, which only the server can make, and without NUL characters; bad ones keep theirs. Nobody asks for
    a live stream: it does not end. A header that an operation does not know is none of its business, so it makes no request a bad one."""
    was_only_unknown = case.headers.pop("x-schemathesis-unknown-property", None) is not None
    is_good = was_only_unknown or (case.meta is not None and case.meta.generation.mode.is_positive)
    if is_good and isinstance(case.query, dict):
        case.query.pop("cursor", None)
        case.query = without_nul(case.query)
    if is_good and not isinstance(case.body, NotSet):  # assigned, a body that is left out would count as wrong
        case.body = without_nul(case.body)
    if case.path.endswith("/events"):
        case.headers["Accept"] = "application/json"
