"""The currencies of ISO 4217, and what is often written instead of one of them.

A test holds the table to the newest `pycountry`.
"""

from __future__ import annotations

_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL
HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX
YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
SPELLINGS = CURRENCIES | {code.lower() for code in CURRENCIES}
"""Upper and lower case, as nearly everybody writes them: one look-up instead of a call."""

MEANT = {
    "RMB": "CNY",
    "CNH": "CNY",
    "NTD": "TWD",
    "NIS": "ILS",
    "UKP": "GBP",
    "STG": "GBP",
    "GBX": "GBP",
    "SFR": "CHF",
    "RUR": "RUB",
    "BYR": "BYN",
    "TRL": "TRY",
    "BGN": "EUR",
    "HRK": "EUR",
    "ANG": "XCG",
    "VEF": "VES",
    "ZMK": "ZMW",
    "EURO": "EUR",
    "US$": "USD",
}
"""Names of trade and codes that have ended, and the code that is meant. Amounts may have to be converted too."""


def is_currency(text: object) -> bool:
    """Whether it is a code of ISO 4217, in any case."""
    return type(text) is str and (text in SPELLINGS or (text.isascii() and text.upper() in CURRENCIES))
