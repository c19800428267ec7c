"""What sqlfluff sees in place of dbt's return: the value itself. A module is called here, as the name cannot be a function's."""

import sys
from types import ModuleType


class Return(ModuleType):
    def __call__(self, value):
        return value


sys.modules[__name__].__class__ = Return
