"""The screen, in Textual: the app, one generic board, panes, widgets."""
