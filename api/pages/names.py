"""What things of the administration are called in a language."""

from dataclasses import dataclass

from api.pages.words import Language, Words
from domain.administration.administration import Administration


@dataclass(frozen=True, slots=True)
class Names:
    """Names by code. What the administration does not know keeps its code, as in dossiers from elsewhere."""

    administration: Administration
    words: Words

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

    def component(self, procedure_code: str, code: str) -> str:
        """The name of a document of a procedure."""
        procedure = self.administration.known_procedure(procedure_code)
        components = procedure.components if procedure else ()
        found = next((each for each in components if each.code == code), None)
        return self._of(found.name_vi, found.name_en) if found else code

    def _of(self, name_vi: str, name_en: str) -> str:
        return name_en or name_vi if self.words.language is Language.EN else name_vi
