"""The catalogue of every language a customer can choose."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.vocabulary import Language
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.dutch import DUTCH
from notify_svc.texts.english import ENGLISH

CATALOGUES: Mapping[Language, TextCatalogue] = {Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}
