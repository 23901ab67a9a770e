"""The catalogue of every language a customer can choose."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.vocabulary import Language
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.catalogue_en import ENGLISH
from notify_svc.texts.catalogue_nl import DUTCH

CATALOGUES: Mapping[Language, TextCatalogue] = {Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}
