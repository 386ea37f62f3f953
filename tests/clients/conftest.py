"""A small store that lives through import, correction, withdrawal and takedown.

The tests in this folder hand its exports to the real programs (`make clients`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.items import Article, Attachment, Image, Order, Record
from crawler.reading.dates import CST
from crawler.settings import EXPORT_FORMATS
from exporters.destinations import unnamed
from exporters.identity import Identity, load_identity
from exporters.run import Exports
from pipelines.database import open_store, writing
from pipelines.records import stream_records
from pipelines.story import cancel
from pipelines.takedown import take_down
from tests.conftest import NOW, ROOT, save

CLIENTS = ROOT / ".clients"

# What trips one renderer or another, as text of a source.
TRICKY = [
    "He said \"it's\" -- really... <<so>> --- 'yes'; “引号”与‘单引号’。",
    "{{< figure src=x >}} {{% notice %}} {{ page.title }} {% raw %}{{ 7*7 }}{% endraw %} {# x #}",
    "1. 不是列表 2) 也不是 - 不是 + 不是 * 不是 # 不是 > 不是 = 不是",
    "- 横线开头",
    "+ 加号开头",
    "# 井号开头",
    "> 大于开头",
    "12. 数字开头",
    "===",
    "---",
    ": 冒号开头",
    "a_b_c *星号* `反引号` ~~删除~~ [方括号](圆括号) ![图](x) | 竖线 | \\反斜杠\\ &amp; &lt; $x^2$ ^上标^",
    "邮箱 a@example.cn 网址 https://www.example.gov.cn/a_b?c=d&e=f 与 www.example.cn",
    "2024-08-25 10:00 云组〔2024〕3号 第1.2.3条 50% C++ C# :smile: @某人 #话题#",
    "title: 冒号 'x' \"y\" - [ ] 待办 [x] 已办 [^1]: 脚注 TODO",
]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def article(number: int, **fields: Any) -> Article:
    lines = [f"第{number}号通知的正文。", *TRICKY]
    url = f"https://www.sample.example/tzgg/content/post_{number}.html"
    html = "".join(f"<p>{escaped(line)}</p>" for line in lines)
    html += (
        "<p>文字<strong>“引号内加粗”</strong>后文,<strong>加粗</strong>与<em>斜体</em>,甲<b>，乙</b>丙。</p>"
        "<h2>一、小标题 # 1</h2><blockquote><p>引用一</p><p>引用二</p></blockquote>"
        "<ul><li>甲<ol><li>甲一</li><li>甲二</li></ol></li><li><p>乙</p><p>乙续</p></li></ul>"
        '<table><tbody><tr><td rowspan="2">班次</td><td>人|数</td></tr><tr><td>1<br>20</td></tr></tbody></table>'
        '<p>见<a href="https://www.sample.example/a_(b).html">原文 [1]</a>。<br>换行后。</p>'
        '<figure><img src="https://www.sample.example/1.png" alt="图一"><figcaption>图一说明</figcaption></figure>'
        "<pre>  {{ x }}\n    两行</pre>"
    )
    values: dict[str, Any] = {
        "url": url, "canonical_url": url, "fetched_at": NOW, "capture_sha256": "0" * 64,
        "spider": "gdzz", "title": f'关于第{number}号事项的通知: "一" & <二> {{{{ 三 }}}}',
        "text": "\n".join(lines), "html": html, "source": "某某日报", "authors": ["张三"],
        "section": "通知公告", "date_precision": "day", "date_raw": "2024-08-25",
        "date_published": datetime(2024, 8, 25, tzinfo=CST),
        "images": [Image("https://www.sample.example/1.png", "图一")],
        "attachments": [Attachment("附件 [1].pdf", "https://www.sample.example/附件_1.pdf")],
        "fingerprint": f"{number:064x}", "content_hash": f"{number:064x}",
    }  # fmt: skip
    return Article(**(values | fields))


@dataclass
class Story:
    """The store, and its exports in a folder."""

    engine: Engine
    identity: Identity
    folder: Path

    def export(self, format: str, place: str, **options: Any) -> Path:
        exports = Exports(self.engine, self.identity, EXPORT_FORMATS)
        exports.export(unnamed(format, self.folder / place, **options))
        return self.folder / place

    def records(self) -> dict[str, Record]:
        return {record.id: record for record in stream_records(self.engine)}

    def usable(self) -> dict[str, Record]:
        return {key: r for key, r in self.records().items() if r.status == "usable"}

    def correct(self) -> None:
        corrected = article(
            1, title="更正后的标题", text="更正后的正文。", html="<p>更正后的正文。</p>",
            content_hash="c" * 64, fetched_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        save(self.engine, [corrected])

    def withdraw(self) -> None:
        ids = {record.url: record.id for record in self.records().values()}
        later = NOW + timedelta(hours=2)
        with writing(self.engine).begin() as connection:
            cancel(connection, [ids[article(2).url]], "withdrawn", later, None)
            take_down(connection, Order(article(3).url, "权利人要求"), later)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    operator = tmp_path / "identity.toml"
    operator.write_text(
        'site_name = "清风转载网"\nbase_url = "https://www.example.cn/news"\n', encoding="utf-8"
    )
    engine = open_store(f"sqlite:///{tmp_path}/store.db", create=True)
    save(engine, [article(number) for number in range(1, 6)])
    yield Story(engine, load_identity(operator), tmp_path)
    engine.dispose()


@pytest.fixture
def program() -> Callable[..., str]:
    """Runs a program that `tests/clients/install` installs; its output. Fails where it is missing."""

    def run(*command: str | Path, cwd: Path | None = None, ok: bool = True) -> str:
        found = shutil.which(str(command[0]))
        assert found, f"{command[0]} is not installed: run tests/clients/install"
        done = subprocess.run(
            [found, *map(str, command[1:])],
            cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(cwd or CLIENTS), "TZ": "UTC",
                 "LANG": "C.UTF-8", "NODE_PATH": str(CLIENTS / "node_modules")},
        )  # fmt: skip
        assert done.returncode == 0 or not ok, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
