"""The local record page: the cards' unchanged bundles on a plain page of our own, with HubSpot's part played by the simulator and a signing proxy."""
