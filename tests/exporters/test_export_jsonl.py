import json
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from crawler.items import Attachment, Image, Record
from exporters.identity import Identity
from exporters.jsonl import JsonlExporter

MakeRecord = Callable[..., Record]

SCHEMA = json.loads(files("exporters").joinpath("record.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
ORDER = [
    *("id", "url", "status", "version", "seq", "title", "subtitle", "kicker"),
    *("date_published", "date_precision", "date_raw", "source", "source_raw", "source_inferred"),
    *("publisher", "authors", "author", "editor", "channel", "section", "doc_number", "language"),
    *("text", "html", "images", "attachments", "fetched_at", "first_seen_at", "updated_at"),
    *("content_hash", "capture_sha256", "duplicates", "attribution", "disclaimer"),
]
CONTENT = ("text", "html", "images", "attachments")


def export(records: list[Record], identity: Identity) -> bytes:
    file = BytesIO()
    exporter = JsonlExporter(file, identity=identity)
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
    exporter.finish_exporting()
    return file.getvalue()


def lines(records: list[Record], identity: Identity) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(records, identity).splitlines()]


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["schema_version"] == 1


def test_every_kind_of_line_fits_the_schema(
    make_record: MakeRecord, canceled: list[Record], hostile: Record, identity: Identity
) -> None:
    full = make_record(
        images=[Image("https://i.example/1.png", "图")],
        attachments=[Attachment("附件", "https://f.example/1.pdf")],
        duplicates=["https://d.example/1"],
    )
    undated = make_record(2, date_published=None, date_precision=None)
    found = lines([full, undated, *canceled, hostile], identity)
    assert len(found) == 6
    for line in found:
        VALIDATOR.validate(line)


def test_schema_refuses_what_is_no_line(make_record: MakeRecord, identity: Identity) -> None:
    (line,) = lines([make_record()], identity)
    without = {name: value for name, value in line.items() if name != "disclaimer"}
    for wrong in (
        without,
        line | {"extra": 1},
        line | {"status": "canceled"},
        line | {"url": "javascript:alert(1)"},
        line | {"date_precision": "hour"},
    ):
        with pytest.raises(ValidationError):
            VALIDATOR.validate(wrong)


def test_usable_line_has_every_field_in_order(make_record: MakeRecord, identity: Identity) -> None:
    (line,) = lines([make_record()], identity)
    assert list(line) == ORDER
    assert (line["subtitle"], line["images"], line["attachments"]) == (None, [], [])
    assert line["disclaimer"] == identity.disclaimer
    assert line["attribution"].endswith(f"原文链接:{line['url']}")


def test_canceled_line_says_why_and_has_no_content(
    canceled: list[Record], make_record: MakeRecord, identity: Identity
) -> None:
    withdrawn, duplicate, _ = lines(canceled, identity)
    kept = [name for name in ORDER if name not in CONTENT]
    assert list(withdrawn) == [*kept, "reason", "canceled_at", "duplicate_of"]
    assert (withdrawn["reason"], withdrawn["duplicate_of"]) == ("withdrawn", None)
    assert (duplicate["reason"], duplicate["duplicate_of"]) == ("duplicate", make_record(1).id)


def test_taken_down_line_keeps_nothing_of_the_post(
    make_record: MakeRecord, identity: Identity
) -> None:
    record = make_record(status="canceled", reason="taken_down", canceled_at="2026-11-25T08:00:00Z")
    (line,) = lines([record], identity)
    assert line == {
        "id": record.id,
        "status": "canceled",
        "seq": 1,
        "reason": "taken_down",
        "canceled_at": "2026-11-25T08:00:00Z",
    }


def test_chinese_and_controls_need_no_escapes(
    make_record: MakeRecord, hostile: Record, identity: Identity
) -> None:
    output = export([make_record(), hostile], identity)
    assert output.count(b"\n") == 2
    assert rb"\u" not in output
    assert "云湾畅通人才交流".encode() in output
