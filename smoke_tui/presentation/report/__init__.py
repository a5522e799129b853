"""Reports of a recorded session: Markdown, HTML, JSON, JUnit, and comparisons."""
