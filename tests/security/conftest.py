from tests.api.conftest import for_the_module

__all__ = ["for_the_module"]
