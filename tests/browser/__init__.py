"""Pages as a person sees them: a real Chromium, driven by Playwright."""
