"""The systems outside the platform, together: mail server, SMS centre, trace collector."""

import secrets
from pathlib import Path

from devstack.outside.faults import MAIL_FAULTS_FILE, SMS_FAULTS_FILE, Fault, write_faults
from devstack.outside.sink import Sink
from devstack.process.supervisor import Supervisor

SYSTEM_ID = "water"
# SMPP 3.4 §5.2.2 allows eight characters, two for each random byte.
PASSWORD_BYTES = 4


class OutsideWorld:
    """Real servers that keep what they receive: `mailbox/*.eml`, `sms.jsonl`, `traces.jsonl` below `directory`."""

    def __init__(self, *, supervisor: Supervisor, directory: Path) -> None:
        self._directory = directory
        self._smpp_login = {"SMPP_SYSTEM_ID": SYSTEM_ID, "SMPP_PASSWORD": secrets.token_hex(PASSWORD_BYTES)}
        self.smtp = Sink(supervisor=supervisor, module="smtp_sink", directory=directory)
        self.smsc = Sink(supervisor=supervisor, module="smsc", directory=directory, environment=self._smpp_login)
        self.otlp = Sink(supervisor=supervisor, module="otlp_sink", directory=directory)

    @property
    def otlp_endpoint(self) -> str:
        """Base address for OTLP over HTTP."""
        return f"http://{self.otlp.host}:{self.otlp.port}"

    def servers(self) -> list[Sink]:
        return [self.smtp, self.smsc, self.otlp]

    def set_mail_faults(self, *faults: Fault) -> None:
        """Give the mail server these faults in place of its former ones."""
        write_faults(self._directory / MAIL_FAULTS_FILE, faults)

    def set_sms_faults(self, *faults: Fault) -> None:
        """Give the SMS centre these faults in place of its former ones."""
        write_faults(self._directory / SMS_FAULTS_FILE, faults)

    def environment(self) -> dict[str, str]:
        """Environment variables with the addresses and logins that a service needs."""
        return {
            "SMTP_HOST": self.smtp.host,
            "SMTP_PORT": str(self.smtp.port),
            "SMPP_HOST": self.smsc.host,
            "SMPP_PORT": str(self.smsc.port),
            **self._smpp_login,
            # A stack on this machine is looked at by night as well: equal ends are no quiet hours.
            "SMS_QUIET_FROM": "00:00",
            "SMS_QUIET_UNTIL": "00:00",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.otlp_endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        }
