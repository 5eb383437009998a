"""Whether a text is probably not English, by its letters and its most frequent words.

    over two fifths of the letters outside the Latin script      -> foreign (names stay in Latin letters)
    more words of one other language than of English, of them
    at least one that is neither English nor part of names       -> foreign
    otherwise                                                    -> not foreign: what is not known is no proof

The words are the most frequent ones of each language, as any corpus of newspapers counts them, and a few of
company news. Texts of a few words that only have names in them are not foreign. One pass over the text.
Left out: which language it is; a classifier for that needs a model of its own.
"""

# ruff: noqa: RUF001  # letters of other languages are meant

import re
from collections import Counter
from collections.abc import Mapping
from unicodedata import normalize

ENGLISH = """
the of to and a in that is was for it with as his on be at by had not are but from or have an they which one you
were all her she there would their we him been has when who will no more if out so up said what its about than
into them can only other new some could time these two may first then do any like my now over such our me even
most made after also did many must before back through where much your way down should because each just those
last under while during against between since until this he i am how well both being per off again still same
year years month week quarter company companies shares share stock sales profit loss net market million billion
group business report reported says say rose fell higher lower next expects due part here too very get go
"""

NAMES = """
de la le el les los las van von der den di du da do dos das del della des al ter ten op zu com
d e k l o s u v w y z
"""
"""Words of other languages that stand in names, addresses and abbreviations too: no proof by themselves."""

OTHERS: Mapping[str, str] = {
    "German": """
        der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat
        dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis
        mehr durch man sein wurde wurden seit unter gegen vom können schon wenn ihre wir ich kein keine diese dieser
        umsatz gewinn prozent millionen milliarden euro unternehmen jahr quartal""",
    "French": """
        de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son aux
        ont cette mais comme d l qu elle ses nous vous été fait leur bien deux sans sous entre après aussi peut être
        chiffre affaires bénéfice résultat hausse baisse entreprise année trimestre pourcent millions milliards""",
    "Spanish": """
        de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre
        este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está nos durante
        ventas beneficio ganancias pérdidas millones empresa año trimestre compañía ingresos aumentó cayó""",
    "Italian": """
        di e il la che in a per un è del non sono una le con da si i al dei ha alla come della più lo ma gli nel anche
        dalla delle o se su ed dal questo questa essere stato nella ai tra degli fatto suo sua anni ancora dopo
        azioni utile ricavi vendite milioni miliardi società anno trimestre perdita crescita""",
    "Portuguese": """
        de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua ou quando
        muito nos já eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas foi são está
        vendas lucro receita milhões bilhões empresa ano trimestre prejuízo crescimento""",
    "Dutch": """
        de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit door over naar heeft
        hebben worden werd wordt deze dit wij we zij ze hij meer geen kan onder tegen na jaar tot veel
        omzet winst procent miljoen miljard bedrijf kwartaal verlies daalde steeg""",
    "Swedish": """
        och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när år
        eller under efter också sin nu mer vid mot över skulle hade där än blev ska sina mycket bara
        omsättning vinst procent miljoner miljarder företaget bolaget kvartalet resultat ökade minskade""",
    "Danish": """
        og i at det er en til på som for med af den der de ikke har et han var om jeg men sig fra vi kan så også eller
        efter blev når nu ved mere mod over skulle havde end blive sine meget bare under siden
        omsætning overskud procent millioner milliarder kroner selskabet virksomheden kvartal resultat steg faldt""",
    "Norwegian": """
        og i det på er som en til for av at med den de ikke har et han var om jeg men seg fra vi kan så også eller
        etter ble når nå ved mer mot over skulle hadde enn bli sine mye bare under siden
        omsetning overskudd prosent millioner milliarder kroner selskapet kvartal resultat økte falt""",
    "Finnish": """
        ja on ei että oli se hän mutta myös kun ovat joka sen ole tai kuin niin mukaan mitä vain jo sekä jos olla olivat
        hänen tämä tämän kaikki nyt vielä noin enää koko sitten yli alle kanssa ennen jälkeen
        vuonna vuoden viime prosenttia euroa miljoonaa liikevaihto liikevoitto yhtiö yhtiön kasvoi laski nousi tulos""",
    "Estonian": """
        ja on ei et oli see ta kui ka aga mis oma ning või kes siis nii üle pärast juba veel väga aasta aastal eest
        protsenti eurot miljonit käive kasum ettevõte kasvas langes kvartalis""",
    "Polish": """
        w i na z się nie do to że jest o jak po przez od za dla ma ale co tym oraz są tego ich być był była było już
        tylko może jego przed przy ze tak roku lat także który która które został została
        procent milionów miliardów złotych zysk sprzedaż spółka firma wzrosła spadła kwartale""",
    "Czech": """
        a v se na je že s z o do to i ve za k pro jako by po od ale které který jsou bylo byl byla už také však tak než
        si při před podle jen ještě roku let ze není
        procent milionů miliard korun zisk tržby společnost firma čtvrtletí vzrostl klesl""",
    "Hungarian": """
        a az és hogy nem is egy ez volt meg de csak már mint vagy ha még azt szerint után el ki lesz pedig ezt nagyon
        sem így majd kell lehet voltak éves évben
        százalék százalékkal millió milliárd forint nyereség árbevétel vállalat cég negyedévben nőtt csökkent""",
    "Romanian": """
        de și în a la cu pe care că din nu un o este pentru mai au fost sunt ce să se ale ca sau dar după prin între
        până acest această anul fi lui iar
        milioane miliarde lei profit vânzări compania companiei trimestrul crescut scăzut""",
    "Turkish": """
        ve bir bu da de için ile olarak çok daha olan gibi en ne var kadar sonra ama olduğu göre yüzde ise ya o ki değil
        her oldu şirket şirketin milyon milyar lira kâr zarar satış yıl çeyrekte arttı düştü""",
    "Indonesian": """
        yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena ada tersebut bisa oleh sebagai telah
        lebih kata tahun saat kami mereka atau sudah menjadi
        persen juta miliar rupiah laba perusahaan penjualan naik turun""",
    "Vietnamese": """
        và của là có trong cho không được với các một những này đã khi từ đến người về năm ra như để tại nhiều sẽ vào
        cũng theo lợi nhuận doanh thu tăng giảm tỷ đồng công ty quý""",
}


def _owners() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in OTHERS.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), language)
    return found


_ENGLISH, _NAMES, _OWNERS = frozenset(ENGLISH.split()), frozenset(NAMES.split()), _owners()
_letters = re.compile(r"[^\W\d_]").findall
_latin = re.compile("[A-Za-zªºÀ-ÖØ-öø-ʯḀ-ỿⱠ-Ɀ꜠-ꟿﬀ-ﬆ\uff21-\uff3a\uff41-\uff5a]").findall
_words = re.compile(r"[^\W\d_]++").findall
_no_text = re.compile(r"https?://\S++|www\.\S++|<[^<>]*+>").sub
_accented = re.compile(r"[A-Za-z][\u0300-\u036f]").sub  # a pair at a time: long runs of marks take normalize for ever


def is_foreign(text: str) -> bool:
    r"""Whether a text is probably not in English; addresses and tags are passed over.

    >>> is_foreign("Прибыль выросла"), is_foreign("Der Umsatz stieg um 5 Prozent")
    (True, True)
    >>> is_foreign("Nokia slumps"), is_foreign("Banco de la Nación, Itaú, BBVA"), is_foreign("13.1; 8.7")
    (False, False, False)
    """
    text = _no_text(" ", text)
    if not text.isascii():
        text = _accented(lambda pair: normalize("NFC", pair[0]), text)
        letters = len(_letters(text))
        if letters - len(_latin(text)) > 0.4 * letters:
            return True
    english, own, all_of = 0, Counter[str](), Counter[str]()
    proven = set[str]()
    for word in _words(text.lower()):
        is_english = word in _ENGLISH
        english += is_english
        for language in _OWNERS.get(word, ()):
            all_of[language] += 1
            if not is_english:
                own[language] += 1
                if word not in _NAMES:
                    proven.add(language)
    return any(own[language] >= 2 and all_of[language] > english for language in proven)
