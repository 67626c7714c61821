"""Requirements of the OWASP Application Security Verification Standard 5.0, each checked on the
running configuration.

Mostly from outside: requests to the service itself, on throwaway people, in a transaction that is
rolled back. A plugin adds requirements of its own in `<app>.asvs`, a module of functions under
@requirement. Its context manager `prepare`, if there is one, surrounds the audit.
"""
