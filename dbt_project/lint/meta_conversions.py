"""What sqlfluff sees in place of dbt's namespace of this package: the macros themselves, by their names."""

import sys
from types import ModuleType

from jinja2 import pass_context


class Namespace(ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        @pass_context
        def call(context, *arguments, **named):
            return context.call(context.resolve(name), *arguments, **named)

        return call


sys.modules[__name__].__class__ = Namespace
