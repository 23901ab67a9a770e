"""A body is read into the model of its handler as strictly as it is written, whatever the model says.

pydantic by itself takes `false` and `"1"` as numbers. Its strict mode for JSON does not, and still reads a day, a
moment, a UUID or a member of an enumeration from a text, the only form that JSON has for them.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Body
from pydantic import BaseModel, TypeAdapter, ValidatorFunctionWrapHandler, WrapValidator

from chassis.http import strict_form
from chassis.http.problems import MALFORMED, Problem

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


def is_body(parameter: inspect.Parameter) -> bool:
    """Whether FastAPI is to read this parameter of a handler from the body: it is one model."""
    return inspect.isclass(parameter.annotation) and issubclass(parameter.annotation, BaseModel)


@cache
def _adapter_of(model: type[BaseModel]) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def read_strictly(parameter: inspect.Parameter, *, media_type: str) -> inspect.Parameter:
    """Return `parameter`, which is a body, so that FastAPI describes it as before and has it read here."""
    adapter = _adapter_of(parameter.annotation)

    def read_json(value: object, _: ValidatorFunctionWrapHandler) -> object:
        return adapter.validate_json(json.dumps(value), strict=True)

    def read_form(text: bytes, _: ValidatorFunctionWrapHandler) -> object:
        try:
            parameters = strict_form.decode(text)
        except strict_form.NotStrictFormError as error:
            raise Problem(MALFORMED, f"The body cannot be read: {error}.") from None
        return adapter.validate_strings(parameters, strict=True)

    read = read_form if media_type == FORM else read_json
    return parameter.replace(
        annotation=Annotated[parameter.annotation, WrapValidator(read), Body(media_type=media_type)]
    )
