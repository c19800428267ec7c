"""What sqlfluff sees in place of dbt's adapter: a dispatched macro renders as a call with its expressions only."""


class Project:
    """A project without a var."""

    vars = type("Vars", (), {"to_dict": dict})()
    cli_vars = {}

    def load_dependencies(self):
        return {"meta_conversions": self}


config = Project()


def dispatch(macro_name, macro_namespace=None):
    def render(*arguments):
        lists = [argument for argument in arguments if isinstance(argument, list | tuple)]
        return f"{macro_name}({', '.join(lists[0] if lists else arguments[:1])})"

    return render
