"""JSON Schema as far as the server's own description uses it: what does a value break?"""

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
         "null": type(None)}


def is_of(value, name):
    if isinstance(value, bool) and name in ("integer", "number"):
        return False
    return isinstance(value, TYPES[name])


def breaches(value, schema, schemas, where=""):
    """One line for each place where `value` is not what `schema` says."""
    if "$ref" in schema:
        yield from breaches(value, schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, where)
    for part in schema.get("allOf", []):
        yield from breaches(value, part, schemas, where)
    if "anyOf" in schema and all(any(breaches(value, part, schemas, where)) for part in schema["anyOf"]):
        yield f"{where}: fits none of the alternatives"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(is_of(value, name) for name in names):
        yield f"{where}: {value!r} is no {names}"
        return
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}/{name}: missing"
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield from breaches(value[name], part, schemas, f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for at, item in enumerate(value):
            yield from breaches(item, schema["items"], schemas, f"{where}/{at}")
