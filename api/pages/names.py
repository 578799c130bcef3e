"""What things of the administration are called in a language."""

from dataclasses import dataclass
from typing import Protocol

from api.pages.words import Language, Words
from domain.administration.administration import Administration
from domain.procedure import Procedure


class Named(Protocol):
    """Whatever has a name in both languages."""

    @property
    def name_vi(self) -> str:
        """The Vietnamese name."""
        ...

    @property
    def name_en(self) -> str:
        """The English name."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code. What the administration does not know keeps its code, as in dossiers from elsewhere."""

    administration: Administration
    words: Words

    def of(self, named: Named) -> str:
        """The name of something that bears its names itself."""
        return self._of(named.name_vi, named.name_en)

    def field_of(self, procedure: Procedure) -> str:
        """The field of a procedure."""
        return self._of(procedure.field_vi, procedure.field_en)

    def result_of(self, procedure: Procedure) -> str:
        """What the applicant of a procedure gets."""
        return self._of(procedure.result_vi, procedure.result_en)

    def unit(self, code: str) -> str:
        """A unit's name."""
        unit = self.administration.unit(code)
        return self._of(unit.name_vi, unit.name_en) if unit else code

    def unit_and_code(self, code: str) -> str:
        """A unit's name and code, as auditors need both."""
        name = self.unit(code)
        return f"{name} ({code})" if name != code else code

    def procedure(self, code: str) -> str:
        """A procedure's name."""
        procedure = self.administration.known_procedure(code)
        return self._of(procedure.name_vi, procedure.name_en) if procedure else code

    def step(self, procedure_code: str, code: str) -> str:
        """The name of a step of a procedure; a step with a free name bears it already."""
        procedure = self.administration.known_procedure(procedure_code)
        found = procedure.step(code) if procedure else None
        return self.of(found) if found else self.words.term_of("step", code)

    def component(self, procedure_code: str, code: str) -> str:
        """The name of a document of a procedure."""
        procedure = self.administration.known_procedure(procedure_code)
        components = procedure.components if procedure else ()
        found = next((each for each in components if each.code == code), None)
        return self._of(found.name_vi, found.name_en) if found else code

    def _of(self, name_vi: str, name_en: str) -> str:
        return name_en or name_vi if self.words.language is Language.EN else name_vi
