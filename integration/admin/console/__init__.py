"""The admin console: pages behind a sign-in, one file each in `pages/`. The frame here checks every visit before a page sees it."""
