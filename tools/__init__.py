"""Development tools: imports, their drawing, the count of riddle words, the lanes of CI."""
