"""What differs by machine comes from the environment; bad values are refused."""

import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.patience import PATIENCE, kind_of_process
from config.rates import parsed

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make demo` and `make test` make one; a server of your own needs "
        "50 random characters in the environment."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.administration.AdministrationConfig",
    "config.apps.Configuration",
    "accounts",
    "negotiations",
    "positions",
]

MIDDLEWARE = [
    "config.health.answer_health",
    "config.watching.watch",
    "accounts.throttling.TellLimits",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.headers.policies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.headers.no_store",
    "config.compressing.Compressing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.NoteSessions",
    "django_htmx.middleware.HtmxMiddleware",
    "config.limits.bounded_address",
    "config.errors.RefusalPages",
    "accounts.secondstep.LeadManagers",
    "config.once.answer_once",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "negotiations.templatetags.once",
                "negotiations.templatetags.shown_fields",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

FORM_RENDERER = "config.widgets.FormRenderer"

DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgresql://…).")
DATABASES["default"]["ATOMIC_REQUESTS"] = False
_given = DATABASES["default"].get("OPTIONS", {})
_patience = PATIENCE[kind_of_process(sys.argv)].as_options()
DATABASES["default"]["OPTIONS"] = {
    **_given,
    # What the address itself asks for comes last and counts.
    "options": f"{_patience} {_given.get('options', '')}".strip(),
    # While the database is away a visitor waits this long; a failed attempt to connect is not
    # repeated by itself, so that the first request after it is back makes one at once.
    "pool": {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 8),
        "timeout": 3,
        "reconnect_timeout": 0,
    },
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The role the web server signs in with; migrations run as another and grant it its rights.
DATABASE_WEB_ROLE = env.str("DATABASE_WEB_ROLE", "parley_web")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.HardToGuess"},
    {"NAME": "accounts.passwords.NotEndless"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
#: An account has one address; another takes its place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "accounts.adapter.InvitedOnlyAdapter"
# Attempts are counted by accounts.limits: the library counts in a cache of each process.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "add_email": "accounts.emailforms.AddEmail",
    "change_password": "accounts.passwordforms.ChangePassword",
    "set_password": "accounts.passwordforms.SetPassword",
    "signup": "accounts.passwordforms.SignUp",
}
MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Parley"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.codeforms.Authenticate",
    "reauthenticate": "accounts.codeforms.Reauthenticate",
    "activate_totp": "accounts.codeforms.SetUp",
}
#: Managers sign in with a second step. Only the launcher of the demo switches it off, whose
#: accounts everybody knows; the server for real does not start without.
SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", True)
#: How many proxies of ours stand in front and add to X-Forwarded-For; see accounts.addresses.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES is a number of proxies, 0 or more.")
LIMITS = {
    name: env.str("LIMIT_" + name.upper().replace(" ", "_").replace("-", "_"), usual)
    for name, usual in {
        "sign-in account": "10/15m",
        "sign-in code": "10/15m",
        "sign-in address": "50/10m",
        "password account": "10/15m",
        "reset address": "10/h",
        "reset account": "3/h",
        "sign-up address": "10/h",
        "strength address": "60/m",
        "confirm account": "5/h",
        "api anonymous": "300/m",
        "api user": "600/m",
        "api token": "600/m",
    }.items()
}
for limit in LIMITS.values():
    try:
        parsed(limit)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None

# Without a mail server nothing is sent; the pages then say whom to ask.
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "")
if EMAIL_HOST and not DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("EMAIL_HOST is set: DEFAULT_FROM_EMAIL must say who writes.")
#: Whom people ask who cannot sign in: a name, an address, a telephone number.
CONTACT = env.str("CONTACT", "")

LANGUAGE_CODE = "en"
# A language is listed once its catalogue is whole: half a page in another is worse than none.
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / ".parley" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "script-src-attr": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
FILE_UPLOAD_HANDLERS = [
    "config.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
CSRF_FAILURE_VIEW = "config.resend.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttling.Throttle"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "config.api.Pagination",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.api.ContentNegotiation",
    "DEFAULT_SCHEMA_CLASS": "config.api_schema.Schema",
    "DEFAULT_METADATA_CLASS": None,  # the OpenAPI document says what there is
    "EXCEPTION_HANDLER": "config.api.exception_handler",
    "URL_FORMAT_OVERRIDE": "format",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": "Negotiating positions: who tabled, said and agreed what, and who says so.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api_views.document_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "State": "negotiations.models.State",
        "MembershipRole": "negotiations.models.negotiation.MembershipRole",
        "ParticipationRole": "negotiations.models.rounds.ParticipationRole",
        "RecordKind": "negotiations.models.base.Record.Kind",
        "MovementLabel": "positions.api_comparison.MOVE_LABELS",
        "Ending": "positions.models.Ending",
        "Rank": "positions.models.Rank",
        "RoundStatus": "negotiations.models.rounds.RoundStatus",
        "SourceKind": "negotiations.models.source.SourceKind",
        "TermKind": "positions.models.issue.TermKind",
        "ProposalKind": "positions.models.proposal.ProposalKind",
        "DemandKind": "positions.models.demand.DemandKind",
        "OutcomeKind": "positions.models.outcome.OutcomeKind",
        "EventKind": "positions.models.outcome.EventKind",
        "EvidenceBasis": "positions.models.evidence.EvidenceBasis",
        "EvidenceStance": "positions.models.evidence.EvidenceStance",
        "TermValueStatus": "positions.models.values.TermValueStatus",
        "LinkageRelation": "positions.models.values.LinkageRelation",
        "WaitRelation": "positions.api_conditions.RELATIONS",
    },
}

LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"level": env.str("LOG_LEVEL", "WARNING"), "readable": DEBUG}
