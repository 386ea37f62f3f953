from crawler.reading.text import drop_controls, fold, fold_space, squeeze


def test_white_space_only() -> None:
    assert fold_space("　　甲乙 \xa0 丙\t丁\n") == "甲乙 丙 丁"
    assert fold_space("张　三") == "张　三"


def test_full_width_stays_full_width() -> None:
    assert fold_space("“甲”，２０２４年（试行）！") == "“甲”，２０２４年（试行）！"


def test_control_and_invisible_characters_go() -> None:
    assert drop_controls("甲\x00乙\x1f\u200b丙\u202e丁\ufeff\ud800") == "甲乙丙丁"


def test_folding_for_comparison() -> None:
    assert fold("“第１条”，ＡＢＣ。") == fold("第1条 abc") == "第1条abc"
    assert squeeze(" 甲　乙\n") == "甲乙"
