"""Mutants of what the door believes of a token, of the issuer's keys, and of who may do what."""

from __future__ import annotations

from mutants.mutant import Mutant

_TOKENS, _KEYS, _ACCESS = "door/test_tokens.py", "door/test_key_set.py", "door/test_access.py"
_WRONG_CLAIM = f"{_TOKENS}::test_what_was_issued_for_somebody_or_something_else_is_refused"
_FORGED = f"{_TOKENS}::test_what_the_issuer_did_not_sign_as_an_access_token_is_refused"
_MATRIX = f"{_ACCESS}::test_every_role_gets_what_the_matrix_grants_of_its_own_data_and_of_others"

MUTANTS = (
    Mutant(
        "tokens: the service's name is looked for anywhere in the audience",
        "http/tokens.py",
        "([claims.aud] if isinstance(claims.aud, str) else claims.aud)",
        "claims.aud",
        f"{_WRONG_CLAIM}[a service called almost so]",
    ),
    Mutant(
        "tokens: anybody may be the issuer",
        "http/tokens.py",
        "if claims.iss != self._issuer:",
        "if not claims.iss:",
        f"{_WRONG_CLAIM}[another issuer]",
    ),
    Mutant(
        "tokens: a customer may come without a relation number",
        "http/tokens.py",
        "if (claims.role is Role.CUSTOMER) != (claims.relation_number is not None):",
        "if claims.role is not Role.CUSTOMER and claims.relation_number is not None:",
        f"{_WRONG_CLAIM}[a customer without relation number]",
    ),
    Mutant(
        "tokens: whatever the issuer signs is an access token",
        "http/tokens.py",
        "if not more and type_.lower() in TYPES:",
        "if not more and type_:",
        f"{_FORGED}[a token of another type]",
    ),
    Mutant(
        "tokens: a header may say anything more",
        "http/tokens.py",
        "if not more and type_.lower() in TYPES:",
        "if type_.lower() in TYPES:",
        f"{_FORGED}[an address of keys in the header]",
    ),
    Mutant(
        "tokens: one signature may be written in several ways",
        "http/tokens.py",
        r"[\w-]{85}[AQgw]",
        r"[\w-]{86}",
        f"{_FORGED}[a signature written another way]",
    ),
    Mutant(
        "tokens: a remembered token outlives its key",
        "http/tokens.py",
        "return self.keys.known(verified.kid) is verified.key and not self._is_over",
        "return not self._is_over",
        f"{_TOKENS}::test_a_remembered_token_of_a_withdrawn_key_counts_no_more",
    ),
    Mutant(
        "tokens: a remembered token has no end",
        "http/tokens.py",
        "is verified.key and not self._is_over(verified.expires_at)",
        "is verified.key",
        f"{_TOKENS}::test_a_verified_token_is_remembered_until_it_is_over",
    ),
    Mutant(
        "tokens: all tokens are remembered",
        "http/tokens.py",
        "if len(self._remembered) >= MOST_REMEMBERED:",
        "if not self._remembered and MOST_REMEMBERED < 0:",
        f"{_TOKENS}::test_no_more_tokens_are_remembered_than_there_is_room_for",
    ),
    Mutant(
        "tokens: an access token may live for ever",
        "http/tokens.py",
        "if not 0 < claims.exp - claims.iat <= LONGEST_LIFE_SECONDS:",
        "if claims.exp <= claims.iat:",
        f"{_TOKENS}::test_a_token_counts_from_its_beginning_to_its_end_with_a_leeway_for_clocks",
    ),
    Mutant(
        "keys: every unknown id makes us ask the issuer",
        "http/key_set.py",
        "if self._elapsed() - self._asked_at < self._least_seconds_between():",
        "if self._elapsed() < self._asked_at:",
        f"{_KEYS}::test_unknown_ids_make_us_ask_the_issuer_no_more_often_than_every_few_seconds",
    ),
    Mutant(
        "keys: who has none waits as long for them as who has some",
        "http/key_set.py",
        "LEAST_SECONDS_BETWEEN if self._has_keys() else SECONDS_WITHOUT_KEYS",
        "LEAST_SECONDS_BETWEEN",
        f"{_KEYS}::test_the_first_key_of_an_issuer_is_known_a_second_after_it_is_listed",
    ),
    Mutant(
        "keys: who gives up waiting takes the list from all others",
        "http/key_set.py",
        "await asyncio.shield(self._fetching)",
        "await self._fetching",
        f"{_KEYS}::test_who_gives_up_waiting_does_not_take_the_keys_from_the_others",
    ),
    Mutant(
        "keys: the last list counts for ever",
        "http/key_set.py",
        "return self._elapsed() - self._listed_at < KEPT_SECONDS",
        "return bool(self._keys)",
        f"{_KEYS}::test_keys_serve_while_the_issuer_is_away_and_no_longer_than_a_day",
    ),
    Mutant(
        "keys: a list may be of any size",
        "http/key_set.py",
        "if len(body) > MOST_BYTES:",
        "if len(body) < 0:",
        f"{_KEYS}::test_an_answer_that_holds_no_keys_changes_nothing[too many bytes]",
    ),
    Mutant(
        "keys: a key whose private half is told counts",
        "http/key_set.py",
        ' if kid and "d" not in entry:',
        " if kid:",
        f"{_KEYS}::test_a_key_that_is_meant_for_something_else_is_passed_over",
    ),
    Mutant(
        "access: any role may do anything",
        "http/authorisation.py",
        "if caller.role not in operation.grants:",
        "if caller.role is None:",
        _MATRIX,
    ),
    Mutant(
        "access: any scope will do",
        "http/authorisation.py",
        "if operation.scope not in caller.scopes:",
        "if not caller.scopes:",
        f"{_ACCESS}::test_without_the_scope_of_the_operation_the_role_does_not_suffice[scopes1]",
    ),
    Mutant(
        "access: a customer reaches everybody's data",
        "http/authorisation.py",
        "(reach is Reach.OWN and owner == caller.relation_number)",
        "(reach is Reach.OWN and caller.relation_number is not None)",
        _MATRIX,
    ),
    Mutant(
        "access: what does not exist is left to the handler",
        "http/route.py",
        "if owner is None or request.path_params",
        "if request.path_params",
        f"{_ACCESS}::test_nobody_reads_what_does_not_exist",
    ),
    Mutant(
        "access: the first of two Authorization headers counts",
        "http/authorisation.py",
        "case [credentials] if",
        "case [credentials, *_] if",
        f"{_ACCESS}::test_a_token_counts_in_one_authorization_header_and_nowhere_else",
    ),
)
