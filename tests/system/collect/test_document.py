"""The OpenAPI document says what the endpoint takes and answers, and says it truly."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from app.collect.problem import PING_REASONS, SERVER_REASONS, STATUS, TITLE
from tests.system.collect.test_progress import PATH, PLAY, accepted_in

Document = Mapping[str, Any]


@pytest.fixture(scope="module")
def document(relay: httpx.Client) -> Document:
    """As the running relay serves it."""
    served: Document = relay.get("/openapi.json").json()
    return served


@pytest.fixture(scope="module")
def described(document: Document) -> Mapping[str, Any]:
    """The OpenAPI document's description of pings."""
    operation: Mapping[str, Any] = document["paths"][PATH]["post"]
    return operation


def validator(document: Document, schema: Mapping[str, Any]) -> Draft202012Validator:
    """A schema of the document, with what it refers to."""
    return Draft202012Validator({**schema, "components": document["components"]})


def test_both_forms_fit_the_schema(document: Document, described: Document) -> None:
    """Every example is what the schema beside it allows, whatever the content type."""
    content = described["requestBody"]["content"]
    assert set(content) == {"text/plain", "application/json"}
    for form in content.values():
        for example in form["examples"].values():
            validator(document, form["schema"]).validate(example["value"])


def test_the_examples_are_accepted(relay: httpx.Client, described: Document) -> None:
    """The examples in the document can be sent unchanged."""
    for content_type, form in described["requestBody"]["content"].items():
        for example in form["examples"].values():
            body = httpx.Request("POST", "http://x", json=example["value"]).content
            answer = relay.post(PATH, content=body, headers={"content-type": content_type})
            assert answer.status_code == 202
            assert accepted_in(answer) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"sessionId": 5}, {"playedPercent": 101}, {"mediaType": 5}, {"watched": [[1, 0]]}],
)
def test_the_schema_refuses_what_the_relay_refuses(
    relay: httpx.Client, document: Document, described: Document, wrong: dict[str, Any]
) -> None:
    """A client that checks against the document learns of its mistakes before it sends them."""
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    for body in (PLAY | wrong, {"plays": [PLAY | wrong]}):
        assert not validator(document, schema).is_valid(body)
        assert relay.post(PATH, json=body).status_code == 422


def test_every_refusal_is_described(described: Document) -> None:
    """Each reason the endpoint gives stands in the document under its status, in words."""
    for reason in {*PING_REASONS, *SERVER_REASONS} - {"method_not_allowed", "internal"}:
        response = described["responses"][str(STATUS[reason])]
        assert f"`{reason}`" in response["description"]
        assert TITLE[reason] in response["description"]
        assert set(response["content"]) == {"application/problem+json"}
