"""Short lists of common names by country, in their own scripts, with the marks and signs that trip up normalizers."""

from typing import NamedTuple


class Names(NamedTuple):
    """Given names of women and of men, and family names."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]


def _names(women: str, men: str, family: str) -> Names:
    return Names(tuple(women.split(",")), tuple(men.split(",")), tuple(family.split(",")))


_ENGLISH = _names(
    "Mary Ann,Olivia,Emma,Grace,Zoë,Chloé,Anna-Lee,Renée,Siobhán,Beth,De'Andra,Hannah",
    "James,Oliver,Jack,D'Angelo,Sean,Jean-Luc,Harry,Noah,Callum,Owen,J. R.,Ravi",
    "Smith,O'Brien,Taylor-Jones,McDonald,St. Clair,Nguyen,de la Cruz,Walker,Okafor,Fitzgerald,Van Dyke,Brontë,Lee",
)

NAMES = {
    "US": _ENGLISH,
    "GB": _ENGLISH,
    "AU": _ENGLISH,
    "CA": _names(
        "Emma,Océane,Marie-Ève,Sophie,Ava,Noémie",
        "Liam,Étienne,Jean-François,Noah,Benoît,Lucas",
        "Tremblay,Côté,MacLeod,L'Écuyer,Singh,Roy,O'Neill,Bélanger",
    ),
    "DE": _names(
        "Anna,Jürgen-Marie,Käthe,Heike,Lena,Änne,Sophie,Ann-Kathrin",
        "Jörg,Lukas,Karl-Heinz,Jürgen,Björn,Max,Götz,Felix",
        "Müller,Weiß,Schäfer,von der Heide,Groß,Schmidt-Rottluff,Köhler,Becker,Yılmaz,Strauß",  # noqa: RUF001 - a Turkish letter
    ),
    "FR": _names(
        "Anaïs,Zoé,Marie-Hélène,Léa,Gaëlle,Inès,Françoise",
        "Valéry,Noël,Jean-Baptiste,Loïc,François,Théo,Gaël",
        "Lefèvre,D'Arcy,Dupré,N’Guessan,Le Goff,Béranger,Saint-Just,Bœuf",  # noqa: RUF001 - the typographic apostrophe
    ),
    "ES": _names(
        "María José,Lucía,Begoña,Inés,Núria,Itziar",
        "José Luis,Íñigo,Álvaro,Jordi,Ángel,Pau",
        "García,Muñoz,de la Fuente,Ibáñez,Peña-López,Núñez,Güell",
    ),
    "IT": _names(
        "Giulia,Noemi,Niccolò-Maria,Chiara,Lucìa,Sofia",
        "Niccolò,Luca,Giosuè,Matteo,Nicolò,Marco",
        "Rossi,D'Amico,Dell'Acqua,De Luca,Bianchi,Nicolò,Lo Presti",
    ),
    "NL": _names(
        "Sanne,Zoë,Anne-Fleur,Fenna,Loïs,Noor",
        "Daan,Jan-Willem,Sjoerd,Bram,Thijs,Ruben",
        "de Vries,van 't Hof,van den Berg,Jansen,'t Hart,Bakker,Özdemir",
    ),
    "JP": _names(
        "花子,さくら,美咲,ユイ,Yui,葵",
        "太郎,翔太,健一,ケン,Kenji,蓮",
        "佐藤,鈴木,髙橋,田中,Watanabe,小林,山田",
    ),
    "BR": _names(
        "Ana Júlia,Conceição,Letícia,Thaís,Beatriz,Luísa",
        "João,Antônio,José,Caio,Luís,Márcio",
        "da Silva,Conceição,Araújo,D'Ávila,dos Santos,Gonçalves,Sant'Anna",
    ),
    "MX": _names(
        "María Fernanda,Ximena,Sofía,Itzel,Renata",
        "José María,Ángel,Raúl,Iker,Jesús",
        "Hernández,Peña,López y López,Núñez,Ortíz,Villaseñor",
    ),
    "IN": _names(
        "Priya,अंजलि,Lakshmi,கவிதா,Neha,Sunita",
        "Arjun,रवि,Vikram,குமார்,Rahul,S. Anand",
        "Sharma,कुमार,Iyer,Patel,சுந்தரம்,D'Souza,Singh",
    ),
    "KR": _names("지우,서연,민지,Jiwoo,수빈", "민준,정,서준,Minjun,현우", "김,이,박,정,Choi,남궁"),
}
