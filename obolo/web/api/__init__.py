"""The JSON API: programs do what staff do, with a bearer key of one organisation."""
