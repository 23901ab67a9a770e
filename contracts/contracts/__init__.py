"""What the services promise each other.

Everything here is public: an upstream system or a repair partner needs this package and nothing else to publish and
read events. It imports msgspec, pydantic, backports.zstd (to pack what is stored) and the standard library only.
"""
