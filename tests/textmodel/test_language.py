"""Probably not English: sentences of many languages, and the English texts that look like none."""

# ruff: noqa: RUF001  # letters of other languages are meant

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmodel import language
from textmodel.language import ENGLISH, NAMES, OTHERS, is_foreign

FOREIGN = {
    "German": "Nokia streicht 14.000 Stellen, nachdem der Umsatz im dritten Quartal gefallen ist.",
    "German, short": "Siemens steigert Gewinn und hebt Prognose an",
    "German, letters and marks apart": "Der Gewinn stieg u\u0308ber die Erwartungen fu\u0308r das Jahr.",
    "German, in capitals": "DER UMSATZ STIEG UM 5 PROZENT",
    "French": "Le bénéfice net a reculé de 12 % au troisième trimestre.",
    "French, with apostrophes": "L'entreprise n'est pas d'accord avec l'offre qu'elle a reçue.",
    "Spanish": "Las ventas de la empresa subieron un 5 % en el tercer trimestre.",
    "Italian": "Le azioni di Milano salgono in apertura.",
    "Portuguese": "As vendas do grupo subiram 5% no terceiro trimestre.",
    "Dutch": "De winst van het bedrijf daalde in het derde kwartaal.",
    "Swedish": "Bolagets resultat ökade under tredje kvartalet.",
    "Danish": "Selskabets overskud faldt i tredje kvartal.",
    "Norwegian": "Overskuddet falt kraftig i tredje kvartal, skriver selskapet.",
    "Finnish": "Yhtiön liikevaihto laski 13 prosenttia viime vuonna.",
    "Estonian": "Ettevõtte kasum langes kolmandas kvartalis 5 protsenti.",
    "Polish": "Zysk spółki wzrósł w trzecim kwartale o 12 procent, ale sprzedaż spadła.",
    "Czech": "Zisk společnosti ve třetím čtvrtletí klesl o 5 procent.",
    "Hungarian": "A cég nyeresége tavaly 12 százalékkal nőtt.",
    "Romanian": "Profitul companiei a crescut cu 5% în trimestrul al treilea.",
    "Turkish": "Şirketin kârı üçüncü çeyrekte yüzde 12 arttı.",
    "Indonesian": "Laba perusahaan naik 12 persen pada kuartal ketiga.",
    "Vietnamese": "Lợi nhuận của công ty tăng 12% trong quý ba.",
    "Russian": "Прибыль компании выросла на 12 %.",
    "Ukrainian": "Прибуток компанії зріс на 5 %.",
    "Greek": "Τα κέρδη της εταιρείας αυξήθηκαν.",
    "Japanese": "売上高は前年同期比で増加した。",
    "Chinese": "公司第三季度利润增长了12%。",
    "Korean": "3분기 영업이익이 증가했다.",
    "Arabic": "ارتفعت أرباح الشركة في الربع الثالث.",
    "Hebrew": "הרווח של החברה עלה ברבעון השלישי.",
    "Hindi": "कंपनी का लाभ बढ़ गया।",
    "a Finnish headline with a name": "Nokian toimitusjohtaja jää eläkkeelle vuoden lopussa, yhtiö kertoo",
    "Russian about an English name": "Акции Apple и Microsoft упали",
    "English quoted in German": "Der Vorstand sagte, es sei nicht genug und man werde das Angebot 'as is' ablehnen.",
}
ENGLISH_TEXTS = [
    "Nokia slumps",
    "Shares up 3%",
    "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn",
    "Outokumpu, Rautaruukki, Metso slump",
    "Wärtsilä wins order",
    "Ängström & Søn: PROFIT WARNING",
    "Société Générale and Crédit Agricole lead losers",
    "Banco de la Nación names Juan de la Cruz head",
    "LVMH, Hermès, L'Oréal gain",
    "Deutsche Bank hires Müller",
    "Bayerische Hypo- und Vereinsbank sells unit",
    "Vivendi, Telecom Italia in talks",
    "Fiat e Chrysler merge",
    "AB Volvo, Göteborg",
    "Fortum Oyj, Kesko Oyj, Neste Oyj",
    "Toyota 7203.T, Sony 6758.T",
    "Lukoil (Лукойл) to buy stake",
    "Alibaba (阿里巴巴) jumps",
    "α-blockers: GlaxoSmithKline beats",
    "Danske Bank A-S DANSKE DC jumped 3.7 percent to 133.4 kroner , rebounding from yesterday s 3.5 percent slide .",
    "Eila Paatela , Vice President - Corporate Communications tel. +358 20 529 2004 , e-mail eila .",
    "I am so over it, me too, no? As if. Do so, per me.",
    "Frankfurter Allgemeine Zeitung said the deal was off",
    "<p class='de la und'>Profit rose</p>",
    "<a href='https://www.bild.de/der-die-und-nicht.html'>Siemens</a>",
    "https://www.spiegel.de/wirtschaft/der-dax-und-die-firma-ist-nicht-im-plus",
    "www.lemonde.fr/les-ventes-et-le-chiffre-est-pour",
    "13.1 8.7 5,200 2009 -3 %",
    "+358 20 529 2004",
    "Nokia;2009;13.1;EUR;8.7",
    "NOK1V\tHEL\t13.1\t8.7\tEUR",
    'Q3,2009,"EUR 13.1 mn",up',
    "",
    " \n\t",
    "...",
    "😀🚀",
    "\ud800",
    "\0",
]  # fmt: skip


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_texts_of_other_languages(text: str):
    """A sentence of another language, also a short one, is probably not English."""
    assert is_foreign(text)


@pytest.mark.parametrize("text", ENGLISH_TEXTS, ids=lambda text: ascii(text[:24]))
def test_english_whatever_names_and_numbers_it_holds(text: str):
    """Headlines, names of other languages, addresses, tags, numbers and rows of a table are not another language."""
    assert not is_foreign(text)


@pytest.mark.data
def test_english_sentences_of_finnish_news(sentences: list[str]):
    """Of the published sentences, all in English and full of Finnish names, none is called foreign."""
    assert [text for text in sentences if is_foreign(text)] == []


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_has_words_of_its_own(name: str):
    """Words that English or names have too are no proof, so each language needs others, and enough of them."""
    proof = set(OTHERS[name].split()) - set(ENGLISH.split()) - set(NAMES.split())
    assert len(proof) >= 25


@pytest.mark.parametrize("words", [ENGLISH, NAMES, *OTHERS.values()], ids=["English", "names", *OTHERS])
def test_the_tables_hold_words_as_they_are_looked_up(words: str):
    """Small letters without marks apart, each once in its table."""
    listed = words.split()
    assert [word for word in listed if word != word.lower() or not word.isalpha()] == []
    assert len(set(listed)) == len(listed)


@given(st.text(st.characters()))
def test_every_text_has_an_answer(text: str):
    """No text makes the rule fail, halves of surrogate pairs and marks without letters included."""
    assert is_foreign(text) in (True, False)


@given(st.sampled_from(ENGLISH_TEXTS), st.sampled_from(["https://sv.example/och-det-som", "<i lang='fi'>", "</b>"]))
def test_addresses_and_tags_are_passed_over(text: str, more: str):
    """What no reader reads as a word changes nothing."""
    assert is_foreign(f"{more} {text} {more}") == is_foreign(text)


LONG = 50_000


@pytest.mark.parametrize(
    "unit",
    ["a", "7", ".", " ", "<", "<a", "и", "e\u0301", "\u0301\u0345", "e\u0301\u0345\u0300", "http://", "und ", "ß"],
)
def test_long_texts_are_read_in_one_pass(unit: str):
    """A text of 50,000 equal pieces has the answer of its kind: nothing is looked for twice."""
    text = (unit * LONG)[:LONG]
    assert is_foreign(text) == (unit in ("и", "und "))


def test_no_pattern_goes_back():
    """Every repetition is possessive, which keeps the search linear in the text, whatever it holds."""
    patterns = [
        getattr(language, name).__self__.pattern for name in ("_letters", "_latin", "_words", "_no_text", "_accented")
    ]
    plain = [p for p in patterns if "*" in p.replace("*+", "") or "+" in p.replace("*+", "").replace("++", "")]
    assert plain == []
