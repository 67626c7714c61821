"""Lists of the admin whose cost is bounded, however many rows the table has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Paginator
from django.db import DataError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from api_http import admin_search
from api_http.admin_links import OpenLinks

if TYPE_CHECKING:
    BasePaginator = Paginator[Any]
else:
    BasePaginator = Paginator

# Characters. Every word and every searched column is a condition of its own, and SQLite refuses
# more than 1,000 of them: a whole text pasted into the search box would be a server error.
LONGEST_SEARCH = 200
# Characters of a filter's value. SQLite refuses longer patterns.
LONGEST_VALUE = 2_000
# Filters in an address. SQLite nests no more than 1,000 conditions.
MOST_FILTERS = 100
# Rows. COUNT(*) reads all rows that match. To find so many takes a few milliseconds.
MOST_COUNTED = 10_000


# PostgreSQL's query_canceled: the statement took longer than DATABASE_STATEMENT_TIMEOUT.
CANCELED = "57014"
UNFIT = "The filters in the address do not fit this list, so it shows all rows."
TOO_LONG = (
    "The search took too long. Narrow the list by filters, then search it. A TextIndex on the "
    "searched fields makes it fast."
)


class BoundedPaginator(BasePaginator):
    """Counts and pages 10,000 rows. Filters and the search lead to the others."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MOST_COUNTED].count())


class BoundedList(OpenLinks):
    """The base of the lists: 50 rows a page, at most 10,000 counted.

    The search takes the first 200 characters, without NUL, which PostgreSQL refuses. Without an
    index it looks at the newest 100,000 rows, unless `all` in the address asks for more. An action
    takes the chosen rows of a page, or all that match if these are fewer than 10,000.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    # A facet counts the rows of each choice: the whole table.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    bound: ClassVar[int] = MOST_COUNTED

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        searched = search_term.replace("\0", "")[:LONGEST_SEARCH]
        paths, words = self.get_search_fields(request), admin_search.split_words(searched)
        if paths and words and admin_search.is_indexed(queryset, paths, words):
            return admin_search.find_by_index(queryset, paths, words), False
        if paths and words and self._cuts_search(request):
            newest = admin_search.keep_newest(queryset)
            vars(request)["is_search_cut"] = newest is not None
            queryset = queryset if newest is None else newest
        return super().get_search_results(request, queryset, searched)

    def _cuts_search(self, request: HttpRequest) -> bool:
        """Whether the page can say that it has not searched all rows. A field for links cannot."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        is_list = getattr(request.resolver_match, "url_name", "") == name
        return is_list and ALL_VAR not in request.GET

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse filters that the database answers with an error, or never."""
        is_pattern = lookup.rpartition("__")[2] in ("regex", "iregex")
        if is_pattern or "\0" in value or len(value) > LONGEST_VALUE:
            return False
        if sum(map(len, dict(request.GET.lists()).values())) > MOST_FILTERS:
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Make the list, which counts its rows.

        Raises IncorrectLookupParameters for filters that do not fit, which leads to all rows.
        """
        try:
            cl: ChangeList = super().get_changelist_instance(request)
        except (IncorrectLookupParameters, DataError, OverflowError, ValueError) as error:
            messages.warning(request, UNFIT)
            raise IncorrectLookupParameters from error
        except OperationalError as error:
            if SEARCH_VAR not in request.GET or not is_canceled(error):
                raise
            messages.error(request, TOO_LONG)
            raise IncorrectLookupParameters from error
        if vars(request).get("is_search_cut"):
            # For the template.
            address = cl.get_query_string({ALL_VAR: ""})
            vars(cl).update(whole_search=address, most_searched=f"{admin_search.MOST_SEARCHED:,}")
        if not (cl.query or cl.get_filters_params()):
            # Nothing is left out, so there is no link to all rows.
            cl.full_result_count = cl.result_count
        if not cl.result_count:
            # The search for the number has read all rows already.
            cl.result_list = cl.queryset.none()
        return cl

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Refuse an action on more rows than are counted: the page does not show their number."""
        if request.POST.get("select_across") == "1" and is_cut(queryset):
            text = f"An action takes fewer than {MOST_COUNTED:,} rows. Narrow the list by filters."
            self.message_user(request, text, messages.ERROR)
            return None
        return super().response_action(request, queryset, *args)


def is_canceled(error: OperationalError) -> bool:
    """Whether the database has ended a statement because it took too long."""
    return getattr(error.__cause__, "sqlstate", None) == CANCELED


def is_cut(rows: QuerySet[Any]) -> bool:
    """Whether there may be more rows than are counted."""
    return BoundedPaginator(rows, 1).count >= MOST_COUNTED


def is_list_cut(cl: ChangeList) -> bool:
    """Whether the list of a page stands for more rows than it counts."""
    return isinstance(cl.paginator, BoundedPaginator) and cl.result_count >= MOST_COUNTED
