from dataclasses import fields
from pathlib import Path

import pytest

from exporters.base import asset, template
from exporters.identity import Footer, Identity, load_identity


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "identity.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_default_is_neutral_and_complete(identity: Identity) -> None:
    assert identity.site_name == "转载站"
    assert identity.welcome == "欢迎来到转载站!"
    assert list(identity.sections) == ["廉政要闻", "通知公告", "公务员考录"]
    assert identity.base_url == ""
    assert not any(getattr(identity.footer, field.name) for field in fields(Footer))
    assert "30日" in identity.disclaimer
    assert "随时" in identity.disclaimer


def test_file_that_does_not_exist_leaves_the_default(tmp_path: Path, identity: Identity) -> None:
    assert load_identity(tmp_path / "none.toml") == identity


def test_only_the_keys_given_change(tmp_path: Path, identity: Identity) -> None:
    path = write(tmp_path, 'site_name = "某网"\n[footer]\nicp = "某ICP备1号"\n')
    own = load_identity(path)
    assert own.welcome == "欢迎来到某网!"
    assert own.footer.icp == "某ICP备1号"
    assert own.footer.email == ""
    assert (own.breadcrumb_root, own.sections) == (identity.breadcrumb_root, identity.sections)


def test_windows_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbf" + 'site_name = "某网"'.encode())
    assert load_identity(path).site_name == "某网"


def test_sections_are_replaced_as_a_whole(tmp_path: Path) -> None:
    own = load_identity(write(tmp_path, '[sections]\n"时政" = "shizheng"\n'))
    assert own.sections == {"时政": "shizheng"}
    assert own.folder("时政") == "shizheng"


def test_unlisted_section_gets_a_stable_ascii_folder(identity: Identity) -> None:
    assert identity.folder("../其他\x00") == identity.folder("../其他\x00")
    assert identity.folder("其他") == "sd2909f1647"
    assert identity.folder("其他") != identity.folder("别的")


@pytest.mark.parametrize(
    ("base_url", "page"),
    [
        ("https://www.example.cn", "https://www.example.cn/posts/ab.html"),
        ("https://www.example.cn/news/", "https://www.example.cn/news/posts/ab.html"),
    ],
)
def test_page_url(tmp_path: Path, base_url: str, page: str) -> None:
    assert load_identity(write(tmp_path, f'base_url = "{base_url}"')).page_url("ab") == page


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('sitename = "x"', "unknown key 'sitename'"),
        ('[footer]\nfax = "x"', "unknown key 'footer.fax'"),
        ("site_name = 3", "'site_name' must be a string"),
        ('site_name = ""', "'site_name' must not be empty"),
        ('notices = "x"', "'notices' must be a list of strings"),
        ("notices = [1]", "'notices' must be a list of strings"),
        ('footer = "x"', "'footer' must be a table"),
        ('base_url = "www.example.cn"', "'base_url' must be"),
        ('base_url = "javascript:alert(1)"', "'base_url' must be"),
        ('[sections]\n"甲" = "../up"', "'sections.甲' must be"),
        ('[sections]\n"甲" = "A"', "'sections.甲' must be"),
        ('[sections]\n"甲" = 1', "'sections.甲' must be"),
        ('[sections]\n"甲" = "a"\n"乙" = "a"', "share a folder"),
        ("site_name = ", "Invalid value"),
        ('site_name = "某网"'.encode("gbk"), "utf-8"),
    ],
)
def test_mistake_is_named_with_its_file(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ValueError, match=r"identity\.toml") as caught:
        load_identity(path)
    assert complaint in str(caught.value)


def test_templates_of_the_operator_stand_in_for_ours(tmp_path: Path) -> None:
    assert load_identity(tmp_path / "identity.toml").templates is None
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "feed_notice.html").write_text("{% include 'parts.html' %}我们的告示:{{ headline }}")
    (folder / "style.css").write_text("/* ours */")
    identity = load_identity(tmp_path / "identity.toml")
    assert identity.templates == folder
    shown = template(identity, "feed_notice.html").render(headline="<撤回>")
    assert shown.strip() == "我们的告示:&lt;撤回&gt;"
    assert asset(identity, "style.css") == b"/* ours */"
    assert b"zhuanzai" in asset(identity, "search.js")
