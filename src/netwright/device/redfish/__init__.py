"""Redfish (DMTF DSP0266): servers and appliances by the API of their management controllers."""
