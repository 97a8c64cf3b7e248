"""Which processor Keras computes on, whatever its backend."""

from contextlib import AbstractContextManager


def chosen_device(wished: str) -> str:
    """Return the device that a wish comes to on this machine.

    Parameters
    ----------
    wished : str
        "auto" for the first accelerator if there is one, "cpu", "gpu", or "gpu:1" for the second.

    Returns
    -------
    str
        "cpu" or "gpu:<number>".

    Raises
    ------
    ValueError
        If the backend sees no such device.
    """
    import keras

    if wished == "cpu":
        return wished
    found = accelerators()
    if wished == "auto":
        return found[0] if found else "cpu"
    full = "gpu:0" if wished == "gpu" else wished
    if full not in found:
        raise ValueError(
            f"device must be auto, cpu{''.join(f' or {name}' for name in found)} here; got {wished!r}; "
            f"Keras runs on {keras.backend.backend()} and sees {len(found)} accelerator(s)."
        )
    return full


def accelerators() -> list[str]:
    """Return the names of the devices other than processors that Keras's backend sees."""
    import keras

    if keras.backend.backend() == "torch":
        import torch

        return [f"gpu:{number}" for number in range(torch.cuda.device_count())]
    return [name for name in keras.distribution.list_devices() if not name.startswith("cpu")]


def on_device(name: str) -> AbstractContextManager:
    """Return a context in which Keras computes on the device of that name."""
    import keras

    plain = keras.backend.backend() == "torch"  # to which "cpu:0" is another device than "cpu"
    return keras.device(name if ":" in name or plain else f"{name}:0")
