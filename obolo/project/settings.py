"""Django's settings, computed from `config`: nothing is set here that an operator may change."""

from pathlib import Path
from urllib.parse import urlsplit

from obolo.kit import clock
from obolo.project import config as _config
from obolo.project.database import app_connection
from obolo.project.sample_facts import sample_login

_settings = _config.read()
clock.follow(_settings.clock_file)

SECRET_KEY = _config.master_key()
DEBUG = False
BASE_URL = _settings.base_url.rstrip("/")
SIMULATOR = _settings.simulator
DEMO_LOGIN = sample_login(_settings.data) if SIMULATOR else None  # shown by the tour
ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "localhost", "localhost", "127.0.0.1"]
if _settings.mode == "production":
    ALLOWED_HOSTS = ALLOWED_HOSTS[:1]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
LANGUAGES = [("it", "Italiano"), ("en", "English"), ("ar", "العربية")]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "obolo.organisations",
    "obolo.gateways",
    "obolo.ledger",
    "obolo.people",
    "obolo.causes",
    "obolo.conversations",
    "obolo.giving",
    "obolo.trace",
    "obolo.assistant",
    "obolo.web",
]
AUTH_USER_MODEL = "organisations.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mails are unique within an organisation
AUTHENTICATION_BACKENDS = ["obolo.organisations.backend.StaffBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": app_connection()}

ROOT_URLCONF = "obolo.web.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "obolo.web.middleware.page_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "obolo.web.middleware.within_organisation",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
            "builtins": ["obolo.web.templatetags.obolo"],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS: list[str] = []
MEDIA_ROOT = _settings.data / "files"
PACKAGE_ROOT = Path(__file__).parent.parent

# The session lives in a cookie signed with the master key: it names a staff member, whose row
# only their own organisation can read.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_PATH = "/console"
SESSION_COOKIE_NAME = "obolo_staff"
CSRF_COOKIE_PATH = "/console"
CSRF_COOKIE_HTTPONLY = True
if BASE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"discretion": {"()": "obolo.web.discretion.Discretion"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["discretion"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A page that is not there is no news; an error is.
    "loggers": {"obolo": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
