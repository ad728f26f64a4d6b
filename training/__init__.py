"""How models/ came about: data and scripts. Not part of the installed program."""
