"""Why something is not recorded of who an applicant is, who acts for him, or what is reused for him."""

from domain.errors import Refusal


class InvalidTaxCode(Refusal):
    """A tax code has 10 digits, or 13 for a dependent unit; a household business may use 12, its owner's number."""

    vi = "Mã số thuế gồm 10 chữ số, hoặc 13 chữ số với đơn vị phụ thuộc; hộ kinh doanh có thể dùng 12 chữ số."


class InvalidAgencyId(Refusal):
    """An agency's id is written as a unit's code, e.g. H99.01."""

    vi = "Mã định danh cơ quan được viết như mã đơn vị, ví dụ H99.01."


class NoSuchLevel(Refusal):
    """An identity is verified at level 1, 2 or 3."""

    vi = "Danh tính được xác thực ở mức 1, 2 hoặc 3."


class RepresentativeUnnamed(Refusal):
    """Whoever acts for the applicant must be named."""

    vi = "Phải nêu tên người đại diện, người được ủy quyền."


class AuthorityNotCited(Refusal):
    """Whoever acts for the applicant must cite the instrument by which he does."""

    vi = "Người đại diện, người được ủy quyền hoặc được thuê phải nêu văn bản làm căn cứ."


class AuthorisedLater(Refusal):
    """Nobody acts by an instrument before it was given."""

    vi = "Không thể thực hiện theo văn bản ủy quyền trước ngày văn bản được lập."


class ComponentGivenAlready(Refusal):
    """The component is already in the dossier."""

    vi = "Thành phần này đã có trong hồ sơ."


class NotAnotherDossier(Refusal):
    """A result is reused under the code of the other dossier in which it was signed."""

    vi = "Kết quả được dùng lại phải nêu mã của hồ sơ khác đã ký kết quả đó."


class NotItsRegister(Refusal):
    """The procedure names another register for this component, or none."""

    vi = "Thủ tục nêu cơ sở dữ liệu khác cho thành phần này, hoặc không nêu."
