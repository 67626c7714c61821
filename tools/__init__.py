"""Development tools: the imports of the project, their drawing, and the count of riddle words."""
