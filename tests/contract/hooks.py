"""What schemathesis cannot know from a schema."""
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Good requests go without a cursor, which only the server can make; bad ones keep theirs. Nobody asks for a live stream: it does not
    end. A header that an operation does not know is none of its business, so it makes no request a bad one."""
    was_only_unknown = case.headers.pop("x-schemathesis-unknown-property", None) is not None
    is_good = was_only_unknown or (case.meta is not None and case.meta.generation.mode.is_positive)
    if is_good and isinstance(case.query, dict):
        case.query.pop("cursor", None)
    if case.path.endswith("/events"):
        case.headers["Accept"] = "application/json"
