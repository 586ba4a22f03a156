"""The web server's own lines, by the same rules as ours."""

from gunicorn.glogging import Logger

from config.logs import configure


class ServerLogger(Logger):
    """Hands all that gunicorn says on to the program's own logs."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        # Where no application is loaded yet, there is nobody else to say how lines look.
        configure({"level": cfg.loglevel.upper(), "readable": False})
        self.error_log.handlers.clear()
        self.error_log.propagate = True
