"""`python -m vedette` is the command `vedette`."""

from vedette.cli.main import main

if __name__ == "__main__":
    main()
