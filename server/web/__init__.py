"""What is answered by HTTP: keys that tokens are verified with, pages that links in emails lead to."""
